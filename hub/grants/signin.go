package grants

import "time"

// A SignIn is how and when a user signed in. Their session keeps it and passes
// it on to everything that is issued in the session, so that ending the sign-in
// finds all of it.
type SignIn struct {
	SessionGeneration int64     `bson:"epoch"`    // the user's, at sign-in
	AuthTime          time.Time `bson:"authTime"` // when the user authenticated; zero if unknown
	ACR               string    `bson:"acr"`
	AMR               []string  `bson:"amr"`                // RFC 8176
	LoginKey          string    `bson:"loginKey,omitempty"` // the provider, if they came by one
}

package grants

import "time"

// A SignIn is how and when a person signed in. Their session keeps it, and
// hands it on whole to everything that comes of the session: what ends the
// sign-in finds by it what must end too.
type SignIn struct {
	SessionGeneration int64     `bson:"epoch"`    // the user's, when they signed in
	AuthTime          time.Time `bson:"authTime"` // when the person proved who they are; zero if nobody can say
	ACR               string    `bson:"acr"`
	AMR               []string  `bson:"amr"`                // RFC 8176
	LoginKey          string    `bson:"loginKey,omitempty"` // by which the person came, if from an upstream
}

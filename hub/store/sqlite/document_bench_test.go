package sqlite

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A record of the size and shape of those that every refresh reads and writes.
func benchDocument(b *testing.B) bson.Raw {
	b.Helper()
	now := time.Now()
	doc, err := bson.Marshal(bson.D{
		{Key: "id", Value: "EYPoQTGTB4bxVRqIEnU8TA"}, {Key: "grantId", Value: "0199b2a4-1f6e-7d14-9a0e-5f3f8f0f6a11 client_x2v7"},
		{Key: "grantSerial", Value: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, {Key: "userId", Value: "0199b2a4-1f6e-7d14-9a0e-5f3f8f0f6a11"},
		{Key: "epoch", Value: int64(1)}, {Key: "clientId", Value: "client_x2v7"}, {Key: "scopes", Value: []string{"openid", "profile", "email"}},
		{Key: "redirectUri", Value: "https://app.example.org/callback"}, {Key: "challenge", Value: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
		{Key: "nonce", Value: "n-0S6_WzA2Mj"}, {Key: "authTime", Value: now}, {Key: "acr", Value: ""}, {Key: "amr", Value: []string{"pwd"}},
		{Key: "codeHash", Value: "EYPoQTGTB4bxVRqIEnU8TAE9Melhoa2OwvFrEMTJgu"}, {Key: "codeEnds", Value: now}, {Key: "redeemed", Value: now},
		{Key: "rootHash", Value: "EYPoQTGTB4bxVRqIEnU8TAE9Melhoa2OwvFrEMTJgu"}, {Key: "refreshHash", Value: "EYPoQTGTB4bxVRqIEnU8TAE9Melhoa2OwvFrEMTJgu"},
		{Key: "rotations", Value: 7}, {Key: "ends", Value: now}, {Key: "revoked", Value: time.Time{}}, {Key: "why", Value: ""}, {Key: "expires", Value: now},
	})
	if err != nil {
		b.Fatal(err)
	}
	return doc
}

func BenchmarkEncode(b *testing.B) {
	doc := benchDocument(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := encode(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	json, err := encode(benchDocument(b))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(json); err != nil {
			b.Fatal(err)
		}
	}
}

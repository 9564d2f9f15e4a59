package conformance_test

import "encoding/base64"

// What follows holds in every certification test, whatever the test is about.

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

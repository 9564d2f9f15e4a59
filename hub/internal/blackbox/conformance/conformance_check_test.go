package conformance_test

import "encoding/base64"

// These checks run in every certification test.

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

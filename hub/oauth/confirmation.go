package oauth

// A Confirmation is the key that the presenter of a token must hold: the cnf
// claim of RFC 7800, as RFC 9449 §6.1 and RFC 8705 §3.1 use it. The zero value
// binds to no key.
type Confirmation struct {
	JKT string `json:"jkt,omitempty" bson:"jkt,omitempty"`           // RFC 7638 thumbprint of a DPoP key
	X5T string `json:"x5t#S256,omitempty" bson:"x5t_s256,omitempty"` // SHA-256 of a client certificate
}

// Bound reports whether a key is needed.
func (c Confirmation) Bound() bool { return c != Confirmation{} }

// HeldBy reports whether a presenter who proved these keys may use what is
// bound to c.
func (c Confirmation) HeldBy(proven Confirmation) bool {
	return (c.JKT == "" || c.JKT == proven.JKT) && (c.X5T == "" || c.X5T == proven.X5T)
}

package linking

// What the tests may see of the inside.

// IdentityID is the id an identity is kept under.
func IdentityID(c Claim) string { return identityID(c) }

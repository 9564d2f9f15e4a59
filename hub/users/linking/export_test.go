package linking

// Internals for the tests.

// IdentityID is the id of an identity's record.
func IdentityID(c Claim) string { return identityID(c) }

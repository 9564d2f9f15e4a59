package users

import "context"

// What the tests may see of the inside.

type Hasher struct{ h *hasher }

func NewHasher(p HashParams) Hasher { return Hasher{newHasher(p)} }

func (h Hasher) Hash(ctx context.Context, password string) (Hash, error) {
	return h.h.hash(ctx, password)
}

func (h Hasher) Verify(ctx context.Context, stored Hash, password string) (bool, Hash, error) {
	return h.h.verify(ctx, stored, password)
}

// PasswordFault is why a password is refused; empty if it is not.
func PasswordFault(min int, hubNames []string, password, emailKey string) string {
	return newRules(min, hubNames).fault(password, emailKey)
}

// IdentityID is the id an identity is kept under.
func IdentityID(c Claim) string { return identityID(c) }

// CleanFace is what is kept of a face, and what is asked for instead of the rest.
func CleanFace(f Profile) (Profile, Problems) { return f.clean() }

package hubtest

// LaterThan compares the auth_time of two logins, if both have one.
func (e *Exam) LaterThan(first, second login) {
	e.Helper()
	before, there := first.Claim(e, "auth_time").(float64)
	after, _ := second.Claim(e, "auth_time").(float64)
	if there && after <= before {
		e.Errorf("auth_time went from %.0f to %.0f", before, after)
	}
	Want(e, "sub", second.Claim(e, "sub"), first.Claim(e, "sub"))
}

// SameLogin checks that the second login shows no page and has the same auth_time
// and sub.
func (e *Exam) SameLogin(first, second login) {
	e.Helper()
	Want(e, "pages shown", len(second.Shown), 0)
	Want(e, "sub", second.Claim(e, "sub"), first.Claim(e, "sub"))
	Want(e, "auth_time", second.Claim(e, "auth_time"), first.Claim(e, "auth_time"))
}

// NotLoggedIn are the errors for prompt=none when a page is needed (OIDC Core
// §3.1.2.6).
var NotLoggedIn = []string{"login_required", "interaction_required", "account_selection_required", "consent_required"}

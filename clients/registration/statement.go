package registration

import (
	"context"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
)

const maxStatement = 16 << 10

// applySoftwareStatement checks the software statement, if there is one, writes
// its claims over the other members (RFC 7591 §2.3: they take precedence), and
// returns its issuer.
func (s *Service) applySoftwareStatement(ctx context.Context, raw jsonx.Object, trusted map[string]string) (string, error) {
	value, found := raw["software_statement"]
	if !found || string(value) == "null" {
		return "", nil
	}
	invalid := func(cause error, code string, pairs ...any) error {
		return &Error{Code: InvalidStatement, Problems: forms.New("software_statement", code, pairs...), cause: cause}
	}
	var statement string
	if err := jsonx.Unmarshal(value, &statement); err != nil || len(statement) > maxStatement {
		return "", invalid(err, "registration.statement.bad")
	}
	token, err := statementPolicy().Parse(statement)
	if err != nil {
		return "", invalid(err, "registration.statement.refused", "cause", jwt.Reason(err))
	}
	said, err := token.Unverified()
	issuer := said.Loose("iss")
	if err != nil || issuer == "" {
		return "", invalid(err, "registration.statement.issuer") // RFC 7591 §3.1.1 requires it
	}
	published, ok := trusted[issuer]
	if !ok {
		return "", &Error{Code: UnapprovedStatement, Problems: forms.New("software_statement", "registration.statement.stranger")}
	}
	claims, err := s.verifyStatement(ctx, token, published)
	if err != nil {
		return "", invalid(err, "registration.statement.unverified")
	}
	for name, value := range claims {
		if name != "software_statement" {
			raw[name] = value
		}
	}
	return issuer, nil
}

func (s *Service) verifyStatement(ctx context.Context, token *jwt.Token, published string) (jsonx.Object, error) {
	if _, err := statementPolicy().Claims(token, jwt.Want{Now: s.now()}); err != nil {
		return nil, err
	}
	// The issuer's id in the key cache: no client id has a space.
	return s.keys.Verify(ctx, clientauth.Publisher{ID: "statement " + published, JWKSURI: published}, token)
}

// statementPolicy is for a software statement (RFC 7591 §2.3). It describes a
// program and has no audience. A token with a subject is about a user and is
// refused, even from the same issuer.
func statementPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "software statement", Algorithms: clientauth.KeyAlgs(), Types: []string{"JWT", "software-statement+jwt"}, Untyped: true,
		Audience: jwt.Elsewhere, MaxSize: maxStatement, Required: []string{"iss"}, Absent: []string{"sub"}, Ignored: []string{"iat", "jti"}, Leeway: clientauth.Skew,
	}
}

// TokenPolicies are the rules for tokens of software statement issuers.
func TokenPolicies() []jwt.Policy { return []jwt.Policy{statementPolicy()} }

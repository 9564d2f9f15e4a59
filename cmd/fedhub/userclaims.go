package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// claims fills in the profile from the file and then from the flags, so that a
// flag overrides the file.
func (u *personFlags) claims(c *console, n *users.NewUser) error {
	face := n.Profile
	if u.Claims != "" {
		claims, err := readObject(c, "--claims", u.Claims)
		if err != nil {
			return err
		}
		if err := sayAll(claims, &face, n); err != nil {
			return err
		}
	}
	for _, pair := range u.Claim {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return mistakef("--claim %s: write it as NAME=VALUE", oneLine(pair))
		}
		if err := say(strings.TrimSpace(name), value, &face, n); err != nil {
			return err
		}
	}
	if u.Name != "" {
		face.Name = u.Name
	}
	n.Profile = face
	return nil
}

// sayAll sets claims as a token or UserInfo has them: booleans for verified ones,
// and the address as an object (OIDC Core §5.1.1).
func sayAll(claims map[string]any, face *users.Profile, n *users.NewUser) error {
	for name, value := range claims {
		var err error
		switch value := value.(type) {
		case string:
			err = say(name, value, face, n)
		case bool:
			err = say(name, fmt.Sprint(value), face, n)
		case map[string]any:
			if name != "address" {
				return mistakef("the claim %s must be a string", oneLine(name))
			}
			delete(value, "formatted") // it is derived from the others
			err = sayAll(value, face, n)
		default:
			err = mistakef("the claim %s must be a string", oneLine(name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func say(name, value string, face *users.Profile, n *users.NewUser) error {
	if name == "phone_number_verified" {
		switch value {
		case "true", "false":
			n.PhoneVerified = value == "true"
			return nil
		}
		return mistake("phone_number_verified must be true or false")
	}
	if !face.SetClaim(name, value) {
		return mistakef("the claim %s is not supported; for the email address and roles, use the flags --email and --role", oneLine(name))
	}
	return nil
}

// maxObject is the size limit for descriptions of users and applications, in
// bytes.
const maxObject = 1 << 20

// readObject reads the JSON object in the file that a flag names; - is
// standard input.
func readObject(c *console, flag, path string) (map[string]any, error) {
	in := c.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, mistakef("%s: %v", flag, err)
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxObject))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var object map[string]any
	if err := jsonx.Unmarshal(text, &object); err != nil || object == nil {
		return nil, mistakef("%s: %s does not contain a JSON object", flag, path)
	}
	return object, nil
}

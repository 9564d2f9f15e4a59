package userfiles

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Directory has the users of the hub: operator.Service.
type Directory interface {
	FindUser(ctx context.Context, who string) (users.User, error)
	AddUser(ctx context.Context, by audit.Actor, n users.NewUser) (users.User, error)
	EditProfile(ctx context.Context, by audit.Actor, id string, seen int64, edit func(*users.Profile)) (users.User, error)
	SetPlainRoles(ctx context.Context, by audit.Actor, id string, roles []string) (users.User, error)
	SwitchUser(ctx context.Context, by audit.Actor, id string, off bool) (users.User, error)
	AddMember(ctx context.Context, by audit.Actor, group, user string) (users.User, error)
	Groups(ctx context.Context) ([]groups.Group, error)
	Users(ctx context.Context, after string, limit int) ([]users.User, error)
}

// What an import does with a row.
const (
	Added   = "added"
	Changed = "changed"
	Same    = "same"
	Refused = "refused"
)

// A Result is what an import did with a row, or would do.
type Result struct {
	Line     int          `json:"line"`
	Email    string       `json:"email"`
	Does     string       `json:"result"`
	Columns  []string     `json:"changed,omitempty"` // that change
	Problems []texts.Text `json:"-"`
}

// An Importer adds and changes users by a file. It deletes nobody, ends no
// membership, and makes nobody an administrator.
type Importer struct {
	Hub    Directory
	By     audit.Actor
	DryRun bool // only says what it would do

	groups map[string]string // ids by name in lower case
	rights map[string]bool   // ids of groups that make administrators
}

// Import works through the rows and tells the result of each. An error is one of the
// hub; the rows before it are done, and the same file can be imported again.
func (i *Importer) Import(ctx context.Context, rows []Row, tell func(Result)) error {
	all, err := i.Hub.Groups(ctx)
	if err != nil {
		return err
	}
	i.groups, i.rights = map[string]string{}, map[string]bool{}
	for _, g := range all {
		i.groups[strings.ToLower(g.Name)] = g.ID
		i.rights[g.ID] = g.Administrators() || slices.ContainsFunc(all, func(parent groups.Group) bool { return parent.ID == g.Parent && parent.Administrators() })
	}
	seen := map[string]bool{}
	for _, row := range rows {
		result := Result{Line: row.Line, Email: row.Values[Email], Does: Refused}
		key, err := emailaddr.Canonical(row.Values[Email])
		switch {
		case err != nil:
			result.Problems = []texts.Text{texts.New("user.email.bad")}
		case seen[key]:
			result.Problems = []texts.Text{texts.New("userfile.twice")}
		default:
			seen[key] = true
			if result.Problems, err = i.one(ctx, row, key, &result); err != nil {
				return err
			}
		}
		if len(result.Problems) > 0 {
			result.Does, result.Columns = Refused, nil
		}
		tell(result)
	}
	return nil
}

// one adds or changes the user of a row, unless there are problems.
func (i *Importer) one(ctx context.Context, row Row, key string, result *Result) ([]texts.Text, error) {
	u, err := i.find(ctx, row)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return i.add(ctx, row, result)
	case err != nil:
		return nil, err
	case u.EmailKey != key:
		return []texts.Text{texts.New("userfile.address", "email", u.Email)}, nil
	}
	return i.change(ctx, row, u, result)
}

// find looks the user up by sub, if the file has it and this hub knows it, and else by
// address.
func (i *Importer) find(ctx context.Context, row Row) (users.User, error) {
	if sub := row.Values[Sub]; sub != "" && !strings.Contains(sub, "@") {
		u, err := i.Hub.FindUser(ctx, sub)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return u, err
		}
	}
	return i.Hub.FindUser(ctx, row.Values[Email])
}

// check returns what is wrong with a row, and the ids of the groups that the user
// joins.
func (i *Importer) check(row Row, member []string) (ids []string, problems forms.Problems) {
	_, problems = profile(row, users.Profile{}).Tidied()
	if roles := row.list(Roles); slices.Contains(roles, users.AdminRole) {
		problems.Add(Roles, "user.role.admin")
	} else if _, more := users.CleanRoles(roles); len(more) > 0 {
		problems = append(problems, more...)
	}
	for _, name := range row.list(Groups) {
		id, ok := i.groups[strings.ToLower(name)]
		if !ok {
			problems.Add(Groups, "userfile.group", "name", name)
			continue
		}
		if slices.Contains(member, id) {
			continue
		}
		if i.rights[id] {
			problems.Add(Groups, "user.role.admin")
		}
		ids = append(ids, id)
	}
	return ids, problems
}

func (i *Importer) add(ctx context.Context, row Row, result *Result) ([]texts.Text, error) {
	ids, problems := i.check(row, nil)
	n := users.NewUser{Email: row.Values[Email], EmailVerified: row.Values[Verified] == "true", Profile: profile(row, users.Profile{}), Roles: row.list(Roles)}
	if hash := row.Values[PasswordHash]; hash != "" {
		if _, err := passwords.Imported(hash); err != nil {
			problems.Add(PasswordHash, "userfile.hash")
		}
		n.Imported = passwords.Hash(hash)
	}
	result.Does = Added
	if len(problems) > 0 || i.DryRun {
		return said(problems), nil
	}
	u, err := i.Hub.AddUser(ctx, i.By, n)
	if err != nil {
		return refusal(err)
	}
	if row.Values[Disabled] == "true" {
		if _, err := i.Hub.SwitchUser(ctx, i.By, u.ID, true); err != nil {
			return refusal(err)
		}
	}
	return i.join(ctx, u.ID, ids)
}

func (i *Importer) join(ctx context.Context, user string, ids []string) ([]texts.Text, error) {
	for _, id := range ids {
		if _, err := i.Hub.AddMember(ctx, i.By, id, user); err != nil {
			return refusal(err)
		}
	}
	return nil, nil
}

func (i *Importer) change(ctx context.Context, row Row, u users.User, result *Result) ([]texts.Text, error) {
	ids, problems := i.check(row, u.Groups)
	after := profile(row, u.Profile)
	for column, of := range profileColumns {
		if *of(&after) != *of(&u.Profile) {
			result.Columns = append(result.Columns, column)
		}
	}
	edits := len(result.Columns) > 0
	roles, hasRoles := row.list(Roles), false
	if _, ok := row.has(Roles); ok {
		mine, theirs := slices.Sorted(slices.Values(users.Without(u.Roles, []string{users.AdminRole}))), slices.Sorted(slices.Values(roles))
		hasRoles = !slices.Equal(mine, slices.Compact(theirs))
	}
	_, hasDisabled := row.has(Disabled)
	off := row.Values[Disabled] == "true"
	hasDisabled = hasDisabled && off != u.Disabled
	for column, has := range map[string]bool{Roles: hasRoles, Groups: len(ids) > 0, Disabled: hasDisabled} {
		if has {
			result.Columns = append(result.Columns, column)
		}
	}
	slices.Sort(result.Columns)
	if result.Does = Changed; len(result.Columns) == 0 {
		result.Does = Same
	}
	if len(problems) > 0 || i.DryRun {
		return said(problems), nil
	}
	if edits {
		if _, err := i.Hub.EditProfile(ctx, i.By, u.ID, u.Updated.UnixMilli(), func(p *users.Profile) { *p = profile(row, *p) }); err != nil {
			return refusal(err)
		}
	}
	if hasRoles {
		if _, err := i.Hub.SetPlainRoles(ctx, i.By, u.ID, roles); err != nil {
			return refusal(err)
		}
	}
	if hasDisabled {
		if _, err := i.Hub.SwitchUser(ctx, i.By, u.ID, off); err != nil {
			return refusal(err)
		}
	}
	return i.join(ctx, u.ID, ids)
}

// profileColumns are the fields of a profile that a file has.
var profileColumns = map[string]func(*users.Profile) *string{
	Name:       func(p *users.Profile) *string { return &p.Name },
	GivenName:  func(p *users.Profile) *string { return &p.GivenName },
	FamilyName: func(p *users.Profile) *string { return &p.FamilyName },
	Username:   func(p *users.Profile) *string { return &p.Username },
	Phone:      func(p *users.Profile) *string { return &p.Phone },
	Locale:     func(p *users.Profile) *string { return &p.Locale },
	Zoneinfo:   func(p *users.Profile) *string { return &p.Zoneinfo },
}

// profile is a profile with the values of the file. An empty name stays as it is: a
// user has one.
func profile(row Row, p users.Profile) users.Profile {
	for column, of := range profileColumns {
		if value, ok := row.has(column); ok && (column != Name || value != "") {
			*of(&p) = value
		}
	}
	return p
}

func said(problems forms.Problems) (all []texts.Text) {
	for _, p := range problems {
		all = append(all, p.Text)
	}
	return all
}

// refusal are the texts of a refused row; an error of the hub stays one.
func refusal(err error) ([]texts.Text, error) {
	var problems forms.Problems
	switch {
	case errors.As(err, &problems):
		return said(problems), nil
	case errors.Is(err, users.ErrEdited):
		return []texts.Text{texts.New("userfile.edited")}, nil
	case errors.Is(err, fs.ErrExist):
		return []texts.Text{texts.New("userfile.exists")}, nil
	case errors.Is(err, fs.ErrNotExist):
		return []texts.Text{texts.New("userfile.gone")}, nil
	}
	if text := texts.Of(err); text.Code != texts.Unexplained {
		return []texts.Text{text}, nil
	}
	return nil, err
}

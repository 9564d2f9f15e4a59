// Package frappeschema knows the doctypes of a Frappe site that an import reads:
// their fields, by name and with their labels, and their child tables.
package frappeschema

import (
	"regexp"
	"slices"
	"strings"
)

// The doctypes that are read. Auth is not a doctype but the database table with the
// passwords.
const (
	User             = "User"
	OAuthClient      = "OAuth Client"
	ProviderSettings = "OAuth Provider Settings"
	OAuthSettings    = "OAuth Settings"
	SocialLoginKey   = "Social Login Key"
	UserSocialLogin  = "User Social Login"
	HasRole          = "Has Role"
	ClientRole       = "OAuth Client Role"
	SystemSettings   = "System Settings"
	DefaultValue     = "DefaultValue"
	Auth             = "__Auth"
)

// A Schema has the fields that are read of one doctype, by name and with their
// English labels, and its child tables.
type Schema struct {
	Fields map[string]string // name → its label, then labels of other versions after |
	Tables map[string]Table  // by name
	marks  []string          // fields that identify documents without a doctype: one of them is enough
}

// A Table is a child table: its label, and the doctype of its rows.
type Table struct {
	labels []string
	Child  string
}

// child is the schema of a child table: rows that were exported alone name their
// parent.
func child(fields map[string]string, marks ...string) Schema {
	fields["parent"], fields["parenttype"], fields["parentfield"] = "Parent", "Parent Type", "Parent Field"
	return Schema{Fields: fields, marks: marks}
}

// All are all doctypes, in the order in which documents without a doctype are
// compared with them.
func All() []string {
	return []string{DefaultValue, Auth, SystemSettings, OAuthClient, SocialLoginKey, UserSocialLogin, HasRole, OAuthSettings, ProviderSettings, User}
}

// Of returns the schema of a doctype.
func Of(doctype string) (Schema, bool) {
	s, found := known[doctype]
	return s, found
}

var known = map[string]Schema{
	User: {
		Fields: map[string]string{
			"name": "ID", "enabled": "Enabled", "email": "Email", "first_name": "First Name", "middle_name": "Middle Name", "last_name": "Last Name",
			"full_name": "Full Name", "username": "Username", "language": "Language", "time_zone": "Time Zone", "user_image": "User Image",
			"gender": "Gender", "birth_date": "Birth Date", "phone": "Phone", "mobile_no": "Mobile No", "user_type": "User Type",
			"restrict_ip": "Restrict IP", "login_after": "Login After", "login_before": "Login Before",
		},
		Tables: map[string]Table{
			"roles":         {[]string{"Roles", "Roles Assigned"}, HasRole},
			"social_logins": {[]string{"Social Logins"}, UserSocialLogin},
		},
		marks: []string{"email", "first_name", "full_name", "user_type"},
	},
	OAuthClient: {
		Fields: map[string]string{
			"name": "ID", "client_id": "App Client ID|Client ID", "app_name": "App Name|Client Name", "client_secret": "App Client Secret|Client Secret", "skip_authorization": "Skip Authorization",
			"scopes": "Scopes", "redirect_uris": "Redirect URIs", "default_redirect_uri": "Default Redirect URI", "grant_type": "Grant Type",
			"response_type": "Response Type", "token_endpoint_auth_method": "Token Endpoint Auth Method", "client_uri": "Client URI", "logo_uri": "Logo URI",
			"tos_uri": "TOS URI", "policy_uri": "Policy URI", "contacts": "Contacts", "software_id": "Software ID", "software_version": "Software Version",
			"is_dynamic_client": "Is Dynamic Client", "owner": "Created By",
		},
		Tables: map[string]Table{"allowed_roles": {[]string{"Allowed Roles"}, ClientRole}},
		marks:  []string{"app_name", "redirect_uris", "default_redirect_uri"},
	},
	ProviderSettings: {Fields: map[string]string{"name": "ID", "skip_authorization": "Skip Authorization"}, marks: []string{"skip_authorization"}},
	OAuthSettings: {
		Fields: map[string]string{
			"name": "ID", "skip_authorization": "Skip Authorization", "enable_dynamic_client_registration": "Enable Dynamic Client Registration",
			"allowed_public_client_origins": "Allowed Public Client Origins",
		},
		marks: []string{"enable_dynamic_client_registration", "show_auth_server_metadata"},
	},
	SocialLoginKey: {
		Fields: map[string]string{
			"name": "ID", "enable_social_login": "Enable Social Login", "social_login_provider": "Social Login Provider", "client_id": "Client ID",
			"provider_name": "Provider Name", "client_secret": "Client Secret", "base_url": "Base URL", "authorize_url": "Authorize URL",
			"access_token_url": "Access Token URL", "redirect_url": "Redirect URL", "api_endpoint": "API Endpoint", "custom_base_url": "Custom Base URL",
			"auth_url_data": "Auth URL Data", "user_id_property": "User ID Property", "sign_ups": "Sign ups", "tenant_id": "Tenant ID",
		},
		marks: []string{"social_login_provider", "provider_name", "enable_social_login"},
	},
	SystemSettings: {
		Fields: map[string]string{
			"name": "ID", "allow_login_using_user_name": "Allow Login using User Name", "allow_login_using_mobile_number": "Allow Login using Mobile Number",
		},
		marks: []string{"allow_login_using_user_name", "allow_login_using_mobile_number"},
	},
	DefaultValue: {
		Fields: map[string]string{"name": "ID", "defkey": "Key", "defvalue": "Value"},
		marks:  []string{"defkey"},
	},
	UserSocialLogin: child(map[string]string{"provider": "Provider", "username": "Username", "userid": "User ID"}, "userid"),
	HasRole:         child(map[string]string{"role": "Role"}, "role"),
	ClientRole:      child(map[string]string{"role": "Role"}),
	Auth: {
		Fields: map[string]string{"doctype": "DocType", "name": "Name", "fieldname": "Fieldname", "password": "Password", "encrypted": "Encrypted"},
		marks:  []string{"password"},
	},
}

// Guess finds the doctype of a document or a file by its fields.
func Guess(fields []string) string {
	for _, doctype := range All() {
		s, _ := Of(doctype)
		for _, mark := range s.marks {
			if slices.Contains(fields, mark) && (doctype != Auth || slices.Contains(fields, "name") && !slices.Contains(fields, "email")) {
				return doctype
			}
		}
	}
	return ""
}

// A Column is the field for the cells under a heading. A column without a field is
// not read.
type Column struct{ Table, Field string }

var inTable = regexp.MustCompile(`^(.+) \(([^()]+)\)$`)

// Column finds a heading: the name or label of a field, or of a field of a child
// table in any of the ways Frappe writes them: "Role (Roles Assigned)", "Role
// (Has Role)", "roles.role". Other parentheses belong to the label: "App Name
// (Client Name)".
func (s Schema) Column(heading string) Column {
	heading = strings.TrimSpace(heading)
	if name := named(s.Fields, heading); name != "" {
		return Column{Field: name}
	}
	if parts := inTable.FindStringSubmatch(heading); parts != nil {
		if c, found := s.TableColumn(parts[2], parts[1]); found {
			return c
		}
		return Column{Field: named(s.Fields, parts[1])}
	}
	if tableName, field, found := strings.Cut(heading, "."); found {
		c, _ := s.TableColumn(tableName, field)
		return c
	}
	return Column{}
}

// TableColumn finds a heading of a child table. It is false if there is no such
// table.
func (s Schema) TableColumn(called, heading string) (Column, bool) {
	for name, t := range s.Tables {
		if called == name || called == t.Child || slices.Contains(t.labels, called) {
			rows, _ := Of(t.Child)
			field := named(rows.Fields, heading)
			return Column{name, field}, true
		}
	}
	return Column{}, false
}

func named(fields map[string]string, heading string) string {
	if _, found := fields[heading]; found {
		return heading
	}
	for name, labels := range fields {
		for label := range strings.SplitSeq(labels, "|") {
			if strings.EqualFold(label, heading) {
				return name
			}
		}
	}
	return ""
}

package templates

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// everyPage is every page without any content. TestNoPageIsForgotten holds the
// list against the source.
func everyPage() []Page {
	return []Page{
		AdminSignOuts{}, AdminSignOut{}, AdminHome{}, AdminMap{},
		SignIn{}, Prove{}, Choose{}, Link{}, SignOut{}, SignedOut{}, SigningOut{URL: safe}, Setup{}, Consent{}, Continue{URL: safe}, FormPost{URL: safe},
		ErrorPage{}, Waiting{}, Account{}, Connections{}, WasntMe{}, Passkeys{}, WasntMyPasskey{}, WasntMyAddress{}, WasntMyAccount{}, Activity{}, Security{}, Data{}, DeleteAccount{}, DeletionPending{}, KeepAccount{}, Disown{}, LinkProof{}, AdminDecisions{}, AdminSimulator{}, Profile{}, Device{}, DeviceConfirm{}, DeviceDone{}, Approvals{},
		Second{}, Enrol{}, Recovery{}, SecondFactor{}, ProveAddress{},
		Told{}, Email{}, VerifyEmail{}, ChangePassword{}, Forgot{}, ResetPassword{}, ConfirmBrowser{}, ConfirmedBrowser{}, EmailSignIn{}, EmailCode{}, EmailCodeElsewhere{},
		AdminClients{}, AdminClientNew{}, AdminClientPreset{}, AdminSiteNew{}, AdminSiteSetup{}, AdminClient{}, SecretOnce{}, AdminSettings{},
		AdminKeys{}, AdminKeyCatalogue{}, AdminKeyNew{}, AdminPeer{}, AdminKey{}, AdminKeyTried{}, AdminKeyIdentities{}, AdminServers{}, AdminSigning{}, AdminTraces{}, AdminTrace{}, AdminAudit{}, AdminAuditEvent{}, ConfirmDelete{},
		AdminUsers{}, AdminFields{}, AdminUser{}, AdminUserImport{}, AdminGroups{}, UserReceipt{}, AdminGroup{},
		Invited{}, SignUp{}, SignUpForm{},
	}
}

// everyFullPage is every page with content in every field, in each of the
// shapes that a field switches between.
func everyFullPage(t *testing.T) []Page {
	t.Helper()
	var full []Page
	for _, page := range everyPage() {
		full = append(full, filled(t, page))
	}
	for _, kind := range []string{"peer", "openid", "oauth2"} {
		added := filled(t, AdminKeyNew{}).(AdminKeyNew)
		added.Kind = kind
		key := filled(t, AdminKey{}).(AdminKey)
		key.Kind = kind
		full = append(full, added, key)
	}
	for _, status := range []string{"requested", "active", "refused", "suspended", "removed", "unreachable"} {
		key := filled(t, AdminKey{}).(AdminKey)
		key.Kind, key.Join.Status = "peer", status
		full = append(full, key)
	}
	for _, kind := range ClientTypes() {
		client := filled(t, AdminClient{}).(AdminClient)
		client.Type, client.Form.Type, client.Public = kind.Key, kind.Key, kind.Key != "web"
		full = append(full, client)
	}
	settings := filled(t, AdminSettings{}).(AdminSettings)
	settings.Locked = map[string]string{"hub_name": "A", "skip_authorization": "B", "trusted_domains": "C"}
	signin := filled(t, SignIn{}).(SignIn)
	signin.Alert = Note{}
	confirming := filled(t, SignIn{}).(SignIn)
	confirming.Account, confirming.EmailFirst = &Person{Name: hostile, Email: hostile}, false
	return append(full, settings, signin, confirming)
}

func fullFrame(t *testing.T, path string) Frame {
	t.Helper()
	var frame Frame
	fill(t, reflect.ValueOf(&frame).Elem(), "Frame", new(int))
	frame.Path = path
	return frame
}

const (
	safe = "https://app.example.org/cb?code=c&state=s"
	// hostile leaves every context that a template might put it into.
	hostile = `"'></title></textarea></script><script>alert(1)</script><img src=x onerror=alert(1)><!-- {{.}} `
)

func filled(t *testing.T, page Page) Page {
	t.Helper()
	value := reflect.New(reflect.TypeOf(page)).Elem()
	fill(t, value, "", new(int))
	switch page := value.Interface().(type) {
	case Continue:
		page.URL = safe
		return page
	case FormPost:
		page.URL = safe
		return page
	case SigningOut:
		page.URL = safe
		return page
	case SignIn: // of nobody who is signed in
		page.Account = nil
		return page
	case Passkeys: // one may be added
		page.Off, page.Full, page.AddressFirst = locales.Text{}, false, false
		return page
	case AdminUserImport:
		page.Done = false
		return page
	default:
		return page.(Page)
	}
}

// fill puts something hostile into every field, all of them different.
func fill(t *testing.T, value reflect.Value, name string, count *int) {
	t.Helper()
	if value.Type() == reflect.TypeFor[*locales.Words]() {
		return // nil is English
	}
	*count++
	switch {
	case value.Type() == reflect.TypeFor[locales.Text]():
		value.Set(reflect.ValueOf(locales.Stored(hostile + fmt.Sprint(*count))))
	case value.Type() == reflect.TypeFor[Naming](): // a message of the catalogue
		of := Naming{ID: "auditlog.user-disabled"}
		for _, arg := range []string{"who", "whom"} {
			of.Args = append(of.Args, Named{Arg: arg, Name: hostile + fmt.Sprint(*count), URL: "javascript:alert(1)"})
		}
		value.Set(reflect.ValueOf(of))
	case value.Type() == reflect.TypeFor[time.Time]():
		value.Set(reflect.ValueOf(time.Date(2026, 3, 14, 9, 5, 0, *count, time.FixedZone("", 7200))))
	case value.Type() == reflect.TypeFor[Control]():
		// The name is a fixed one of the hub.
		value.Set(reflect.ValueOf(Control{Name: fmt.Sprintf("control-%d", *count), Label: locales.Stored(hostile), Help: locales.Stored(hostile), Value: hostile}))
	case value.Kind() == reflect.String && isAddress(name):
		value.SetString(fmt.Sprintf("javascript:alert(%d)", *count))
	case value.Kind() == reflect.String:
		value.SetString(hostile + fmt.Sprint(*count))
	case value.Kind() == reflect.Bool:
		value.SetBool(true)
	case value.CanInt():
		value.SetInt(int64(*count) + int64(time.Hour))
	case value.Kind() == reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 2, 2))
		for i := range 2 {
			fill(t, value.Index(i), name, count)
		}
	case value.Kind() == reflect.Map:
		value.Set(reflect.ValueOf(map[string]string{hostile: hostile}))
	case value.Kind() == reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		fill(t, value.Elem(), name, count)
	case value.Kind() == reflect.Struct:
		for i := range value.NumField() {
			fill(t, value.Field(i), value.Type().Field(i).Name, count)
		}
	default:
		t.Fatalf("field %s has kind %s, which no page used so far", name, value.Kind())
	}
}

func isAddress(name string) bool {
	return strings.Contains(" URL Logo Terms Policy Cancel Stay Back Again Review Switch Action ", " "+name+" ")
}

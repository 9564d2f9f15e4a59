package clients

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// Input from others is checked by a rule, unless the table says that any value is
// allowed.
func TestThePropertiesHaveTheRulesOfTheTable(t *testing.T) {
	junk := "no such\x00thing "
	for _, p := range Properties() {
		if p.Setters != 0 && p.rule == nil {
			t.Errorf("%s has a setter and no rule", p.Stored)
		}
		c := webApp()
		c.Tidy()
		c.Frappe, c.CIBA.Delivery = &FrappeSite{URL: "https://erp.example.com"}, "ping"
		refused := false
		for _, value := range []any{junk, []string{junk}, slices.Repeat([]string{"a"}, maxList+1), new(int64(-1)), []claimmap.Mapping{{Claim: "sub"}}} {
			v := p.value(&c)
			switch given := reflect.ValueOf(value); {
			case v.Kind() == reflect.String && given.Kind() == reflect.String:
				v.SetString(junk)
			case v.Type() == given.Type():
				v.Set(given)
			default:
				continue
			}
			if p.Stored == "algs.ciba_request" || strings.HasPrefix(p.Stored, "tls.") {
				c.AuthMethod = clientauth.MethodTLS
			}
			refused = refused || p.rule != nil && len(p.rule(c, false)) > 0
		}
		if v := p.value(&c); p.rule == nil || v.Kind() == reflect.Bool || v.Type() == reflect.TypeFor[*FrappeSite]() {
			continue
		}
		if isFree := reflect.ValueOf(p.rule).Pointer() == reflect.ValueOf(free).Pointer(); isFree == refused {
			t.Errorf("%s: its rule refused nonsense: %v; the table says that anything goes: %v", p.Stored, refused, isFree)
		}
	}
}

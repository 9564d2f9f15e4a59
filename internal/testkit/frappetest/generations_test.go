package frappetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const verifier = "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"

// asking is an authorization request to a site.
func asking(p *Primary, c Client, pairs ...string) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {c.ID}, "redirect_uri": {callback}, "scope": {"openid"}, "state": {"st-1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	return p.URL + "/api/method/frappe.integrations.oauth2.authorize?" + q.Encode()
}

func codeOf(t *testing.T, s Stop) string {
	t.Helper()
	u, err := url.Parse(s.To)
	if err != nil || u.Query().Get("code") == "" {
		t.Fatalf("got %d, sent to %q: %s", s.Status, s.To, s.Body)
	}
	return u.Query().Get("code")
}

// post calls the site with credentials in the form, in the header, or without
// any.
func post(t *testing.T, p *Primary, method string, form url.Values, name, password string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/api/method/frappe.integrations.oauth2."+method, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if name != "" {
		r.SetBasicAuth(name, password)
	}
	resp, err := p.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer map[string]any
	_ = json.NewDecoder(resp.Body).Decode(&answer)
	return resp.StatusCode, answer
}

func TestConsentIsAskedTheWayOfTheGeneration(t *testing.T) {
	for _, g := range Generations() {
		p := NewPrimary(t, g, nil)
		p.Join(asha, "Asha", "Rao")
		c := p.Register(callback)
		codeOf(t, p.Visit(t, asking(p, c), asha, Allow))
		if stop := p.Visit(t, asking(p, c), asha, Deny); stop.To != callback+"?error=access_denied" {
			t.Errorf("%s: denied, sent to %q", g, stop.To)
		}
		byLink := strings.Replace(asking(p, c), "oauth2.authorize", "oauth2.approve", 1)
		sid := "known"
		p.Edit(func(s *Site) { s.Sessions[sid] = asha })
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, byLink, nil)
		r.AddCookie(&http.Cookie{Name: "sid", Value: sid})
		client := *p.Client()
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.StatusCode == http.StatusFound; got != (g < G3) {
			t.Errorf("%s: a link to Allow works %v", g, got)
		}
	}
}

func TestAClientProvesItselfTheWayOfTheGeneration(t *testing.T) {
	const inForm, inHeader, inBoth, nowhere, wrong = "form", "header", "both", "nowhere", "wrong"
	for _, row := range []struct {
		g      Generation
		method string
		passes []string
	}{
		{G1, Basic, []string{inForm, nowhere, wrong}},
		{G2a, Basic, []string{inForm, nowhere, wrong}},
		{G3, Basic, []string{inForm, nowhere, wrong}},
		{G4, Basic, []string{inHeader}},
		{G4, Post, []string{inForm}},
		{G4, None, []string{nowhere}},
	} {
		p := NewPrimary(t, row.g, nil)
		p.Join(asha, "Asha", "Rao")
		c := p.Register(callback, func(c *Client) { c.AuthMethod = row.method })
		for _, place := range []string{inForm, inHeader, inBoth, nowhere, wrong} {
			form := url.Values{"grant_type": {"authorization_code"}, "code": {codeOf(t, p.Visit(t, asking(p, c), asha, Allow))}, "redirect_uri": {callback}, "code_verifier": {verifier}}
			name := ""
			if place != inHeader {
				form.Set("client_id", c.ID)
			}
			if place == inForm || place == inBoth {
				form.Set("client_secret", c.Secret)
			}
			if place == wrong {
				form.Set("client_secret", "wrong")
			}
			if place == inHeader || place == inBoth {
				name = c.ID
			}
			status, answer := post(t, p, "get_token", form, name, c.Secret)
			passes := false
			for _, good := range row.passes {
				passes = passes || good == place
			}
			if passes != (status == 200) || !passes && status != 401 {
				t.Errorf("%s, %s, secret %s: got %d %v", row.g, row.method, place, status, answer)
			}
		}
	}
}

func TestARefreshEndsTheOldPairAsOfG3(t *testing.T) {
	for _, g := range Generations() {
		p := NewPrimary(t, g, nil)
		p.Join(asha, "Asha", "Rao")
		c := p.Register(callback, func(c *Client) { c.AuthMethod = Post })
		own := url.Values{"client_id": {c.ID}, "client_secret": {c.Secret}}
		form := func(pairs ...string) url.Values {
			v := url.Values{}
			for name, values := range own {
				v[name] = values
			}
			for i := 0; i < len(pairs); i += 2 {
				v.Set(pairs[i], pairs[i+1])
			}
			return v
		}
		_, first := post(t, p, "get_token", form("grant_type", "authorization_code", "code", codeOf(t, p.Visit(t, asking(p, c), asha, Allow)), "redirect_uri", callback, "code_verifier", verifier), "", "")
		old, _ := first["refresh_token"].(string)
		if status, _ := post(t, p, "get_token", form("grant_type", "refresh_token", "refresh_token", old), "", ""); status != 200 {
			t.Fatalf("%s: the refresh answered %d", g, status)
		}
		want := map[Generation]int{G1: 200, G2a: 200, G3: 403, G4: 403}[g]
		if status, answer := post(t, p, "get_token", form("grant_type", "refresh_token", "refresh_token", old), "", ""); status != want {
			t.Errorf("%s: a second refresh got %d %v, want %d", g, status, answer, want)
		}
	}
}

func TestAPublicClientNeedsPKCEAsOfG4(t *testing.T) {
	for _, g := range Generations() {
		p := NewPrimary(t, g, nil)
		p.Join(asha, "Asha", "Rao")
		c := p.Register(callback, func(c *Client) { c.AuthMethod = None })
		for name, pairs := range map[string][]string{"no challenge": {"code_challenge", "", "code_challenge_method", ""}, "a plain one": {"code_challenge_method", "plain"}} {
			if stop := p.Visit(t, asking(p, c, pairs...), asha, Allow); (stop.To == "") != (g == G4) {
				t.Errorf("%s, %s: got %d, sent to %q", g, name, stop.Status, stop.To)
			}
		}
	}
}

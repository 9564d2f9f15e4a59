package frappetest

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
)

// head writes the headers of every response: cookies, and since G2a no-store.
func (v *visit) head(status int, contentType string) {
	h := v.w.Header()
	h.Set("Content-Type", contentType)
	if v.g >= G2a {
		h.Set("Cache-Control", "no-store,no-cache,must-revalidate,max-age=0")
		if status == http.StatusUnauthorized || status == http.StatusForbidden {
			h.Set("WWW-Authenticate", `Bearer resource_metadata="`+v.origin+`/.well-known/oauth-protected-resource"`)
		}
	}
	v.cookies(status == http.StatusUnauthorized && v.failedHeader())
	v.w.WriteHeader(status)
}

// failedHeader reports whether the Authorization header was wrong, which also
// ends the browser's session.
func (v *visit) failedHeader() bool {
	return v.r.Header.Get("Authorization") != "" && v.bearer == nil || v.form.Get("grant_type") == "password"
}

// cookies are set on every response; the newer generations omit those that the
// browser has already.
func (v *visit) cookies(ended bool) {
	if v.r.Method == http.MethodOptions {
		return
	}
	sid, set := "Guest", [][2]string{{"system_user", "no"}, {"full_name", "Guest"}, {"user_id", "Guest"}}
	if v.session != "" {
		sid = v.sid()
		u := v.People[v.session]
		set = [][2]string{{"system_user", u.desk()}, {"full_name", url.PathEscape(u.name())}, {"user_id", url.QueryEscape(u.Email)}}
	}
	if v.g == G1 {
		set = append(set, [2]string{"user_image", v.People[v.session].Picture})
	} else {
		set = append(set, [2]string{"user_lang", "en"})
	}
	http.SetCookie(v.w, &http.Cookie{Name: "sid", Value: sid, Path: "/", MaxAge: 612000, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(v.origin, "https")})
	for _, c := range set {
		if had, err := v.r.Cookie(c[0]); err == nil && had.Value == c[1] && v.g >= G2a {
			continue
		}
		http.SetCookie(v.w, &http.Cookie{Name: c[0], Value: c[1], Path: "/", SameSite: http.SameSiteLaxMode})
	}
	if stale := v.sid(); ended || stale != "" && stale != "Guest" && v.session == "" {
		names := []string{"full_name", "user_id", "system_user", "sid", "user_image"}
		if v.g >= G2a {
			names = append(names, "user_lang")
		}
		for _, name := range names {
			http.SetCookie(v.w, &http.Cookie{Name: name, Path: "/", MaxAge: -1})
		}
	}
}

func (v *visit) sid() string {
	c, err := v.r.Cookie("sid")
	if err != nil {
		return ""
	}
	return c.Value
}

func (v *visit) signedIn() string {
	c, err := v.r.Cookie("sid")
	if err != nil {
		return ""
	}
	return v.Sessions[c.Value]
}

func (u Person) name() string { return strings.TrimSpace(u.First + " " + u.Last) }

func (u Person) desk() string {
	for _, role := range u.Roles {
		if role == "Desk User" {
			return "yes"
		}
	}
	return "no"
}

func (v *visit) json(status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	v.head(status, "application/json")
	_, _ = v.w.Write(text)
}

// indented is the JSON format of the newer documents.
func (v *visit) indented(status int, body any) {
	text, err := json.MarshalIndent(body, "", " ")
	if err != nil {
		panic(err)
	}
	v.head(status, "application/json")
	_, _ = v.w.Write(text)
}

func (v *visit) page(status int, title, body string) {
	v.head(status, "text/html; charset=utf-8")
	fmt.Fprintf(v.w, "<!DOCTYPE html><title>%s</title>%s", html.EscapeString(title), body)
}

func (v *visit) redirect(status int, to string) {
	v.w.Header().Set("Location", to)
	v.page(status, "Redirecting...", "")
}

// oauthError is an error of the token endpoint, always with status 400.
func (v *visit) oauthError(code, description string) {
	body := map[string]string{"error": code}
	if description != "" {
		body["error_description"] = description
	}
	v.json(http.StatusBadRequest, body)
}

// pageError is an error of the authorization page, in the site's own format.
func (v *visit) pageError(status int, code, description string) {
	v.json(status, struct {
		Description string `json:"description"`
		Status      int    `json:"status_code"`
		Error       string `json:"error"`
	}{description, status, code})
}

// frappeError is an error of the framework. The user sees message.
func (v *visit) frappeError(status int, kind, message string) {
	body := map[string]any{"exc_type": kind}
	if v.g == G1 && kind != "DoesNotExistError" {
		body["exception"], body["exc"] = "frappe.exceptions."+kind, "Traceback (most recent call last): …"
	}
	if message != "" {
		body["_server_messages"] = messages(message)
	}
	v.json(status, body)
}

func messages(message string) string {
	one, _ := json.Marshal(map[string]any{"message": message, "title": "Message", "indicator": "red", "raise_exception": 1})
	all, _ := json.Marshal([]string{string(one)})
	return string(all)
}

// missing is the error for a record that does not exist. For a guest, the newer
// generations say "not permitted" instead.
func (v *visit) missing(doctype, name string) {
	if v.g == G1 {
		v.frappeError(http.StatusNotFound, "DoesNotExistError", doctype+" "+name+" not found")
		return
	}
	who := v.user
	if who == "" {
		who = "Guest"
	}
	v.json(http.StatusForbidden, map[string]any{
		"exc_type": "PermissionError", "_error_message": "No permission for " + doctype,
		"_server_messages": messages("User <strong>" + who + "</strong> does not have doctype access via role permission for document <strong>" + doctype + "</strong>"),
	})
}

// noMethod is the error for a method that this generation does not have.
func (v *visit) noMethod() {
	if strings.Contains(v.r.Header.Get("Accept"), "text/html") {
		v.page(http.StatusExpectationFailed, "Error", "")
		return
	}
	v.frappeError(http.StatusExpectationFailed, "ValidationError", "Failed to get method for command "+v.method)
}

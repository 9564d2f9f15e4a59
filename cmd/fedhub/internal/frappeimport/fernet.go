package frappeimport

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// A SiteKey is the encryption_key of a site, with which it encrypts the secrets of
// authenticator apps (Fernet).
type SiteKey []byte

// ReadSiteKey reads the encryption_key of a site_config.json.
func ReadSiteKey(path string) (SiteKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read: %s", reason(err))
	}
	var config struct {
		Key string `json:"encryption_key"`
	}
	if err := jsonx.Unmarshal(text, &config); err != nil || config.Key == "" {
		return nil, errors.New("the file is not a site_config.json with an encryption_key")
	}
	key, err := base64.URLEncoding.DecodeString(config.Key)
	if err != nil || len(key) != 32 {
		return nil, errors.New("the encryption_key in the file is not a Fernet key of 32 bytes")
	}
	return key, nil
}

var errToken = errors.New("the value was encrypted with another encryption_key, or is damaged")

// The form of a Fernet token: version, time, IV, ciphertext, HMAC.
const (
	fernetVersion = 0x80
	fernetHead    = 1 + 8 + aes.BlockSize
	fernetSmall   = fernetHead + aes.BlockSize + sha256.Size
)

// open decrypts a Fernet token. Its age does not matter here.
func (k SiteKey) open(token string) (string, error) {
	raw, err := base64.URLEncoding.DecodeString(token)
	if err != nil || len(k) != 32 || len(raw) < fernetSmall || raw[0] != fernetVersion || (len(raw)-fernetHead-sha256.Size)%aes.BlockSize != 0 {
		return "", errToken
	}
	signed, mac := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	want := hmac.New(sha256.New, k[:16])
	want.Write(signed) //nolint:errcheck // a hash never fails
	if !hmac.Equal(mac, want.Sum(nil)) {
		return "", errToken
	}
	block, err := aes.NewCipher(k[16:])
	if err != nil {
		return "", errToken
	}
	plain := make([]byte, len(signed)-fernetHead)
	cipher.NewCBCDecrypter(block, signed[9:fernetHead]).CryptBlocks(plain, signed[fernetHead:])
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		return "", errToken
	}
	return string(plain[:len(plain)-pad]), nil
}

// A siteApp is the authenticator app of a user of the site.
type siteApp struct {
	secret string // as stored: encrypted, or plain in old versions
	used   bool   // the user has entered a code of it
}

const (
	appSecret = "_otpsecret"
	appUsed   = "_otplogin"
)

// setting keeps what a row of tabDefaultValue says of the second factor of a user.
// Others are not read.
func (e *Export) setting(d Doc) {
	key, value := d.text("defkey"), d.text("defvalue")
	if user, ok := strings.CutSuffix(key, appSecret); ok && value != "" {
		a := e.Apps[strings.ToLower(user)]
		a.secret = value
		e.Apps[strings.ToLower(user)] = a
	} else if user, ok := strings.CutSuffix(key, appUsed); ok {
		a := e.Apps[strings.ToLower(user)]
		a.used = value != "" && value != "0"
		e.Apps[strings.ToLower(user)] = a
	}
}

// personApp takes over the secret of the user's authenticator app. One that was
// never used is left: users who get codes by email or SMS have a secret too.
func personApp(a siteApp, key SiteKey, p *Person, r *Record) {
	if !a.used || a.secret == "" {
		return
	}
	secret := a.secret
	if strings.HasPrefix(secret, "gAAAA") { // a Fernet token
		if key == nil {
			r.note("The authenticator app of this user is not imported, because its secret is encrypted.")
			r.todo("To import it, add --site-config with the site_config.json of the site.")
			return
		}
		var err error
		if secret, err = key.open(secret); err != nil {
			r.note("The authenticator app of this user is not imported: " + err.Error() + ".")
			return
		}
	}
	if secret = strings.ToUpper(strings.TrimRight(strings.TrimSpace(secret), "=")); !secondfactor.ValidSecret(secret) {
		r.note("The authenticator app of this user is not imported, because its secret is not valid here.")
		return
	}
	p.App = secret
	r.note("The user's authenticator app works here too.")
}

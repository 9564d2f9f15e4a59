// Package sitekey decrypts what a Frappe site encrypted with the encryption_key of
// its site_config.json (Fernet).
package sitekey

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// A Key is the encryption_key of a site, with which it encrypts the secrets of
// authenticator apps (Fernet).
type Key []byte

// Read reads the encryption_key of a site_config.json.
func Read(path string) (Key, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read: %w", err)
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

// Open decrypts a Fernet token. Its age does not matter here.
func (k Key) Open(token string) (string, error) {
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

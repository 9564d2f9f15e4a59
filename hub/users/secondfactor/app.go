package secondfactor

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/fedhub/fedhub/internal/secrets"
)

// The values that every authenticator app understands (RFC 6238 §4; several
// apps ignore other ones).
const (
	period = 30 // seconds
	digits = otp.DigitsSix
	drift  = 1 // steps that the clock of a phone may be off (RFC 6238 §5.2)
)

// NewSecret makes a secret for an app, in base32 as people type it.
func NewSecret() string { return rand.Text() + rand.Text()[:6] } // 160 bits (RFC 4226 §4)

// ErrSecret refuses what is no secret of an app.
var ErrSecret = errors.New("it is not the secret of an authenticator app: base32 of at least 80 bits")

// ValidSecret reports whether a secret of another system works here: 80 bits are
// what the oldest apps have.
func ValidSecret(secret string) bool {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	return err == nil && len(raw) >= 10 && len(raw) <= 64
}

// Address is what the QR code for a secret holds (otpauth://). The hub and the
// account tell several entries of one app apart.
func Address(hub, account, secret string) (string, error) {
	raw, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		return "", fmt.Errorf("read a secret: %w", err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: label(hub), AccountName: label(account), Period: period, Digits: digits, Secret: raw})
	if err != nil {
		return "", fmt.Errorf("describe an authenticator app: %w", err)
	}
	return key.String(), nil
}

// label is a name without the colon that ends the issuer.
func label(s string) string { return strings.ReplaceAll(s, ":", " ") }

// stepOf finds the time step that a code is of, if it is later than the last
// one that was used. It looks at every step, so its time does not tell which.
func stepOf(secret, code string, now time.Time, last int64) (step int64, ok bool) {
	at := now.Unix() / period
	for s := at - drift; s <= at+drift; s++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(s), hotp.ValidateOpts{Digits: digits, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // a time after 1970
		if err == nil && secrets.Same(want, code) && s > last {
			step, ok = s, true
		}
	}
	return step, ok
}

// plain removes the blanks and hyphens that people type.
func plain(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "", "\u00a0", "").Replace(strings.TrimSpace(code)))
}

func isAppCode(code string) bool {
	return len(code) == digits.Length() && strings.Trim(code, "0123456789") == ""
}

// A Picture is a QR code as an SVG path of unit squares.
type Picture struct {
	Size int    // its width and height, in squares, with the quiet zone
	Path string // of the dark squares
}

// quiet is the width of the margin (ISO/IEC 18004 §6.3.8).
const quiet = 4

// Draw makes the QR code of an address.
func Draw(address string) (Picture, error) {
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return Picture{}, fmt.Errorf("draw a QR code: %w", err)
	}
	var path strings.Builder
	size := code.Bounds().Dx()
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return Picture{size + 2*quiet, path.String()}, nil
}

package passwords

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/fedhub/fedhub/internal/texts"
)

// ErrBusy means that too many passwords are being checked. Nothing was decided
// or counted; the handler answers 503 with Retry-After.
var ErrBusy = texts.Failure("too many passwords are being checked at once; try again in a moment", "signin.busy")

// A Hash is a hashed password in text form: a PHC string, or the form of
// bcrypt, passlib or Django. It hides itself from logs. Imported makes one from
// other systems' hashes.
type Hash string

func (Hash) String() string       { return "[hash]" }
func (Hash) GoString() string     { return "[hash]" }
func (Hash) LogValue() slog.Value { return slog.StringValue("[hash]") }

// HashParams are the cost of one Argon2id computation and how many may run at
// once. The zero value suits a server; tests use cheap ones.
type HashParams struct {
	Memory  uint32 // KiB; 19456 (19 MiB) if zero
	Time    uint32 // passes; 2 if zero
	Threads uint8  // lanes; 1 if zero
	Slots   int    // computations at once; GOMAXPROCS if zero
	Queue   int    // callers that may wait for a slot; 32 per slot if zero
}

func (p HashParams) withDefaults() HashParams {
	if p.Memory == 0 {
		p.Memory = 19 * 1024
	}
	if p.Time == 0 {
		p.Time = 2
	}
	if p.Threads == 0 {
		p.Threads = 1
	}
	if p.Slots <= 0 {
		p.Slots = runtime.GOMAXPROCS(0)
	}
	if p.Queue <= 0 {
		p.Queue = 32 * p.Slots
	}
	return p
}

// A Hasher hashes and verifies passwords, a bounded number at a time, so that
// memory use is at most Slots × Memory.
type Hasher struct {
	params   HashParams
	admitted chan struct{} // computing or waiting
	slots    chan struct{} // computing
	compute  func(password string) Hash
}

// NewHasher returns a Hasher; zero parameters mean the defaults.
func NewHasher(p HashParams) *Hasher {
	p = p.withDefaults()
	return &Hasher{
		params:   p,
		admitted: make(chan struct{}, p.Slots+p.Queue),
		slots:    make(chan struct{}, p.Slots),
		compute:  p.compute,
	}
}

// Hash returns the hash of a password with the current parameters.
func (h *Hasher) Hash(ctx context.Context, password string) (Hash, error) {
	seat, err := h.Admit()
	if err != nil {
		return "", err
	}
	defer seat.Leave()
	leave, err := seat.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return h.compute(password), nil
}

// Verify is Admit followed by Seat.Verify.
func (h *Hasher) Verify(ctx context.Context, stored Hash, password string) (ok bool, fresh Hash, err error) {
	seat, err := h.Admit()
	if err != nil {
		return false, "", err
	}
	defer seat.Leave()
	return seat.Verify(ctx, stored, password)
}

// A Seat is the right to check one password. It is taken before any other work,
// so that refusing an attempt costs nothing.
type Seat struct{ hasher *Hasher }

// Admit takes a seat, which the caller must leave, or returns ErrBusy.
func (h *Hasher) Admit() (Seat, error) {
	select {
	case h.admitted <- struct{}{}:
		return Seat{h}, nil
	default:
		return Seat{}, ErrBusy
	}
}

// Leave frees the seat.
func (s Seat) Leave() { <-s.hasher.admitted }

// Verify reports whether the password matches the stored hash. If it does and
// the hash is of an old kind, fresh is the hash to store instead. An empty or
// unusable hash takes the same time as a good one and never matches.
func (s Seat) Verify(ctx context.Context, stored Hash, password string) (ok bool, fresh Hash, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return false, "", err
	}
	defer leave()
	h := s.hasher
	v, err := parseHash(stored)
	if err != nil || !v.usable(password) {
		h.compute(password)
		return false, "", nil
	}
	// A hash of another kind also costs the work of the current kind, whether
	// or not it matches, so that timing reveals neither the result nor who was
	// imported.
	a, isArgon := v.(argonHash)
	if present := isArgon && a.costs(h.params); !present {
		if isArgon { // of an older cost, or imported before imported hashes were marked
			v = importedArgon{a}
		}
		fresh = h.compute(password)
	}
	if ok = v.matches(password); !ok {
		return false, "", nil
	}
	return true, fresh, nil
}

// enter waits for a slot; the caller must call leave.
func (s Seat) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s.hasher.slots <- struct{}{}:
		return func() { <-s.hasher.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to check a password: %w", ctx.Err())
	}
}

func (p HashParams) compute(password string) Hash {
	a := argonHash{memory: p.Memory, time: p.Time, threads: p.Threads, salt: make([]byte, 16)}
	rand.Read(a.salt) // never fails; the runtime stops the program instead
	a.sum = a.key(norm.NFKC.String(password), 32)
	return a.text()
}

// A verifier is a parsed hash with acceptable cost parameters.
type verifier interface {
	usable(password string) bool // false: it cannot match and must not be compared
	matches(password string) bool
}

// parseHash reads any hash that this hub accepts, with bounded parameters: a
// hash can be untrusted input, and one that needs 4 GiB would stop the server.
// The error says what is wrong and contains nothing of the hash.
func parseHash(h Hash) (verifier, error) {
	s := string(h)
	if len(s) > maxHash {
		return nil, texts.Err("user.hash.unknown")
	}
	for _, form := range readable {
		if strings.HasPrefix(s, form.prefix) {
			return form.parse(s)
		}
	}
	return nil, unknownForm(s)
}

// maxHash bounds a hash, in bytes; real ones are shorter.
const maxHash = 512

// The most expensive Argon2id hash that is verified.
const (
	maxArgonMemory  = 128 * 1024 // KiB
	maxArgonTime    = 10
	maxArgonThreads = 16
)

// argonHash is an Argon2id hash (RFC 9106) of a password in NFKC.
type argonHash struct {
	memory, time uint32
	threads      uint8
	salt, sum    []byte
}

func parseArgon(s string) (argonHash, error) {
	var a argonHash
	parts := strings.Split(s, "$")
	if len(parts) != 6 {
		return a, broken("Argon2id")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &a.memory, &a.time, &a.threads); err != nil {
		return a, broken("Argon2id")
	}
	var err1, err2 error
	a.salt, err1 = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	a.sum, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	// Writing it again and comparing refuses every other spelling, including
	// the version.
	if err1 != nil || err2 != nil || string(a.text()) != s {
		return a, broken("Argon2id")
	}
	if !a.bounded() {
		return a, texts.Err("user.hash.argon2", "memory", maxArgonMemory, "time", maxArgonTime, "threads", maxArgonThreads, "least", minSum, "most", maxSum)
	}
	return a, nil
}

func (a argonHash) bounded() bool {
	return a.time >= 1 && a.time <= maxArgonTime &&
		a.threads >= 1 && a.threads <= maxArgonThreads &&
		a.memory >= 8*uint32(a.threads) && a.memory <= maxArgonMemory && // RFC 9106 §3.1
		len(a.salt) >= 8 && len(a.salt) <= 64 &&
		len(a.sum) >= minSum && len(a.sum) <= maxSum
}

func (a argonHash) costs(p HashParams) bool {
	return a.memory == p.Memory && a.time == p.Time && a.threads == p.Threads && len(a.sum) == 32
}

func (a argonHash) usable(string) bool { return true }

// matches normalizes the password to NFKC, so that it matches whatever system
// it was typed on (NIST SP 800-63B-4 §3.1.1.2).
func (a argonHash) matches(password string) bool { return a.is(norm.NFKC.String(password)) }

func (a argonHash) is(password string) bool {
	return subtle.ConstantTimeCompare(a.key(password, uint32(len(a.sum))), a.sum) == 1
}

func (a argonHash) key(password string, length uint32) []byte {
	return argon2.IDKey([]byte(password), a.salt, a.time, a.memory, a.threads, length)
}

func (a argonHash) text() Hash {
	b64 := base64.RawStdEncoding.EncodeToString
	return Hash(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, a.memory, a.time, a.threads, b64(a.salt), b64(a.sum)))
}

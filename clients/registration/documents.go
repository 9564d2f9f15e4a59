package registration

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/forms"
)

// DocumentPolicy says which clients may come by their documents.
type DocumentPolicy struct {
	Admits func(host string) bool // whether documents of this host count; it may carry a port
	Limits Limits
}

// How many clients are kept that only published a document. Anybody can
// publish, so they must not fill the database, nor one host all the room.
const (
	maxDocuments        = 1000
	maxDocumentsPerHost = 20
	// documentIdle is how long such a client must be away before it makes
	// room for another.
	documentIdle = 24 * time.Hour
)

const (
	missLife  = time.Minute // one that cannot be used is not read again sooner
	maxMissed = 1000        // are remembered
	// documentGrace is how long a client is still taken for what it was, while
	// its document cannot be reached.
	documentGrace = 24 * time.Hour
)

// Meet makes a client known that comes with the address of its metadata
// document, and reads the document of a known one again when it is old. It
// belongs before Get and Authenticate, which then find the client. Ids of
// other kinds, federated servers and disabled clients are left to them.
//
// A document that cannot be used, or not from this host, is *metadatadoc.Error.
// allow is asked before anything is fetched; its error is given back unless
// the client can do without. added says that the client is new here.
func (s *Service) Meet(ctx context.Context, id string, p DocumentPolicy, allow func() error) (added bool, err error) {
	if !metadatadoc.IsURL(id, s.allowHTTP) {
		return false, nil
	}
	at, err := redirecturi.Parse(id)
	if err != nil {
		return false, nil //nolint:nilerr // nobody can have this id
	}
	known, err := s.clients.Known(ctx, id)
	found := err == nil
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return false, err
	case found && (known.Document == nil || known.Disabled):
		return false, nil
	case !p.Admits(at.HostPort()):
		return false, metadatadoc.Fault(id, nil, forms.New("", "document.host.bad", "host", at.HostPort()))
	case found && s.now().Before(known.Document.Fresh):
		return false, nil
	}
	added, err = s.learn(ctx, id, p.Limits, allow)
	if found && err != nil && s.stillCounts(known, err) {
		return false, nil
	}
	return added, err
}

// stillCounts: what was known of a client outlives a failure to ask it, for a
// while, but not a document that says something else or is gone.
func (s *Service) stillCounts(known clients.Client, err error) bool {
	var fault *metadatadoc.Error
	said := errors.As(err, &fault) && !errors.Is(err, metadatadoc.ErrUnreachable)
	return !said && s.now().Sub(known.Document.Fetched) < documentGrace
}

// fetchLimit is how long a document may take to be read and kept.
const fetchLimit = 12 * time.Second

// learn reads a document, once for all who ask at the same time, and keeps
// what it says.
func (s *Service) learn(ctx context.Context, id string, l Limits, allow func() error) (added bool, err error) {
	if missed, ok := s.missed.Get(id); ok && s.now().Sub(missed.at) < missLife && !s.now().Before(missed.at) {
		return false, missed.err
	}
	if err := allow(); err != nil {
		return false, err
	}
	result, err := cache.Once(ctx, &s.flights, id, fetchLimit, func(ctx context.Context) (any, error) {
		added := false
		read, err := s.readDocument(ctx, id, l)
		if err == nil {
			added, err = s.keepDocument(ctx, read)
		}
		var fault *metadatadoc.Error
		if errors.As(err, &fault) {
			s.missed.Add(id, miss{err: err, at: s.now()})
		}
		return added, err
	})
	added, _ = result.(bool)
	return added, err
}

func (s *Service) readDocument(ctx context.Context, id string, l Limits) (clients.Client, error) {
	doc, err := s.documents.Document(ctx, id)
	if err != nil {
		return clients.Client{}, err
	}
	return describe(doc, l, s.clients.Stamp(), s.allowHTTP)
}

// keepDocument writes what was read, and leaves alone what an administrator
// decided.
func (s *Service) keepDocument(ctx context.Context, read clients.Client) (added bool, err error) {
	_, err = s.clients.Lookup(ctx, read.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return s.admitDocument(ctx, read)
	}
	if err != nil {
		return false, err
	}
	err = s.clients.Update(ctx, read.ID, func(kept *clients.Client) error {
		if kept.Document == nil {
			return fs.ErrNotExist // it became a federated server meanwhile
		}
		redeclared(kept, read)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // Get has the say
	}
	return false, misdescribed(read.ID, err)
}

// misdescribed makes of the forms.Problems of a client a fault of its document.
func misdescribed(id string, err error) error {
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		return metadatadoc.Fault(id, nil, problems)
	}
	return err
}

// admitDocument keeps a client that was not known. Its generation is the time:
// one that was forgotten and comes back is another client, and people who
// allowed the former are asked again.
func (s *Service) admitDocument(ctx context.Context, read clients.Client) (added bool, err error) {
	if err := s.clients.CheckSector(ctx, read); err != nil {
		return false, misdescribed(read.ID, err)
	}
	read.Created = s.clients.Stamp()
	read.Updated, read.ConsentVersion = read.Created, int(read.Created.Unix())
	s.joining.Lock()
	defer s.joining.Unlock()
	if err := s.roomForDocument(ctx, read); err != nil {
		return false, err
	}
	err = s.clients.Insert(ctx, read)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return false, nil
	}
	return err == nil, err
}

// roomForDocument makes room for one more, if there is none, at the cost of
// the one that has been away longest. It reads no more than maxDocuments.
func (s *Service) roomForDocument(ctx context.Context, read clients.Client) error {
	count, here := 0, 0
	oldest, oldestHere := "", "" // that can be forgotten; they come in the order of time
	for c, err := range s.clients.ByDocument(ctx) {
		if err != nil {
			return fmt.Errorf("count clients by their documents: %w", err)
		}
		count++
		same := c.Document.Host == read.Document.Host
		if same {
			here++
		}
		if forgettable(c, s.now()) {
			if oldest == "" {
				oldest = c.ID
			}
			if same && oldestHere == "" {
				oldestHere = c.ID
			}
		}
	}
	if count < maxDocuments && here < maxDocumentsPerHost {
		return nil
	}
	if here >= maxDocumentsPerHost {
		oldest = oldestHere
	}
	if oldest == "" {
		return metadatadoc.Fault(read.ID, nil, forms.New("", "document.many"))
	}
	if err := s.clients.Delete(ctx, oldest); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// forgettable: it has not been here for a while, and no administrator decided
// anything about it that would be forgotten too.
func forgettable(c clients.Client, now time.Time) bool {
	return c.Document != nil && now.Sub(c.Document.Fetched) >= documentIdle && !c.Disabled &&
		len(c.AllowedRoles)+len(c.Origins)+len(c.Serves) == 0 && !c.Secure() && !c.OpaqueTokens
}

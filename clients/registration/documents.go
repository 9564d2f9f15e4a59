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

// DocumentPolicy says which metadata documents are accepted.
type DocumentPolicy struct {
	Admits func(host string) bool // whether documents of this host are accepted; it may have a port
	Limits Limits
}

// How many clients with only a metadata document are stored. Anyone can publish
// one, so they must not fill the database, and one host must not use up all the
// room.
const (
	maxDocuments        = 1000
	maxDocumentsPerHost = 20
	// documentIdle is how long such a client must be unused before another may
	// replace it.
	documentIdle = 24 * time.Hour
)

const (
	missLife  = time.Minute // an unusable document is not read again before
	maxMissed = 1000        // unusable documents that are remembered
	// documentGrace is how long a known client still works while its document
	// cannot be reached.
	documentGrace = 24 * time.Hour
)

// Meet adds a client that comes with the address of its metadata document, and
// reads the document of a known one again when it is old. Call it before Get
// and Authenticate, which then find the client. It ignores other kinds of ids,
// federated hubs and disabled clients.
//
// A document that is unusable, or from a host that is not accepted, is
// *metadatadoc.Error. allow is called before a fetch; its error is returned
// unless the client works without the fetch. added says that the client is new.
func (s *Service) Meet(ctx context.Context, id string, p DocumentPolicy, allow func() error) (added bool, err error) {
	if !metadatadoc.IsURL(id, s.allowHTTP) {
		return false, nil
	}
	at, err := redirecturi.Parse(id)
	if err != nil {
		return false, nil //nolint:nilerr // no client can have this id
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

// stillCounts reports whether a known client still works after an error: for a
// while after a failed read, but not if the document says something else or is
// gone.
func (s *Service) stillCounts(known clients.Client, err error) bool {
	var fault *metadatadoc.Error
	said := errors.As(err, &fault) && !errors.Is(err, metadatadoc.ErrUnreachable)
	return !said && s.now().Sub(known.Document.Fetched) < documentGrace
}

// fetchLimit bounds the time to read and store a document.
const fetchLimit = 12 * time.Second

// learn reads a document, once for all concurrent callers, and stores its
// content.
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

// keepDocument stores what was read and keeps an administrator's decisions.
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
			return fs.ErrNotExist // it became a federated hub meanwhile
		}
		redeclared(kept, read)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // Get decides
	}
	return false, misdescribed(read.ID, err)
}

// misdescribed turns the forms.Problems of a client into an error about its
// document.
func misdescribed(id string, err error) error {
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		return metadatadoc.Fault(id, nil, problems)
	}
	return err
}

// admitDocument adds an unknown client. Its consent version is the time: if it
// was removed and comes back, it is another client, and users are asked again.
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
	if errors.Is(err, fs.ErrExist) { // another process added it first
		return false, nil
	}
	return err == nil, err
}

// roomForDocument makes room for one more client, if needed, by removing the
// one that is unused longest. It reads at most maxDocuments.
func (s *Service) roomForDocument(ctx context.Context, read clients.Client) error {
	count, here := 0, 0
	oldest, oldestHere := "", "" // candidates for removal; records come in time order
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

// forgettable: unused for a while, and without an administrator's decision that
// would be lost.
func forgettable(c clients.Client, now time.Time) bool {
	return c.Document != nil && now.Sub(c.Document.Fetched) >= documentIdle && !c.Disabled &&
		len(c.AllowedRoles)+len(c.Origins)+len(c.Serves) == 0 && !c.Secure() && !c.OpaqueTokens
}

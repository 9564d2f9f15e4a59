package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// A Document is what a client has more that nobody registered: its ID is the
// address of a document in which it describes itself
// (draft-ietf-oauth-client-id-metadata-document).
type Document struct {
	Host    string    `bson:"host"`    // of the address, with the port if it has one
	Fetched time.Time `bson:"fetched"` // when it was last read
	Fresh   time.Time `bson:"fresh"`   // until then it is not read again
}

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
	missLife = time.Minute // one that cannot be used is not read again sooner
	// documentGrace is how long a client is still taken for what it was, while
	// its document cannot be reached.
	documentGrace  = 24 * time.Hour
	documentFlight = "document "
)

// Meet makes a client known that comes with the address of its metadata
// document, and reads the document of a known one again when it is old. It
// belongs before Get and Authenticate, which then find the client. Ids of
// other kinds, federated servers and disabled clients are left to them.
//
// A document that cannot be used, or not from this host, is *metadatadoc.Error.
// allow is asked before anything is fetched; its error is given back unless
// the client can do without. added says that the client is new here.
func (r *Registry) Meet(ctx context.Context, id string, p DocumentPolicy, allow func() error) (added bool, err error) {
	if !metadatadoc.IsURL(id, r.allowHTTP) {
		return false, nil
	}
	at, err := redirecturi.Parse(id)
	if err != nil {
		return false, nil //nolint:nilerr // nobody can have this id
	}
	known, err := r.cached(ctx, id)
	found := err == nil
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return false, err
	case found && (known.Document == nil || known.Disabled):
		return false, nil
	case !p.Admits(at.HostPort()):
		return false, metadatadoc.Fault(id, nil, forms.New("", "document.host.bad", "host", at.HostPort()))
	case found && r.now().Before(known.Document.Fresh):
		return false, nil
	}
	added, err = r.learn(ctx, id, p.Limits, allow)
	if found && err != nil && r.stillCounts(known, err) {
		return false, nil
	}
	return added, err
}

// stillCounts: what was known of a client outlives a failure to ask it, for a
// while, but not a document that says something else or is gone.
func (r *Registry) stillCounts(known Client, err error) bool {
	var fault *metadatadoc.Error
	said := errors.As(err, &fault) && !errors.Is(err, metadatadoc.ErrUnreachable)
	return !said && r.now().Sub(known.Document.Fetched) < documentGrace
}

// learn reads a document, once for all who ask at the same time, and keeps
// what it says.
func (r *Registry) learn(ctx context.Context, id string, l Limits, allow func() error) (added bool, err error) {
	if missed, ok := r.negativeCache.get(id, r.now()); ok {
		return false, missed.err
	}
	if err := allow(); err != nil {
		return false, err
	}
	ctx = context.WithoutCancel(ctx)
	_, err, _ = r.flights.Do(documentFlight+id, func() (any, error) {
		read, err := r.readDocument(ctx, id, l)
		if err == nil {
			added, err = r.keepDocument(ctx, read)
		}
		var fault *metadatadoc.Error
		if errors.As(err, &fault) {
			r.negativeCache.Add(id, cachedDocument{err: err, at: r.now()})
		}
		return nil, err
	})
	return added, err
}

func (r *Registry) readDocument(ctx context.Context, id string, l Limits) (Client, error) {
	doc, err := r.documents.Document(ctx, id)
	if err != nil {
		return Client{}, err
	}
	return describe(doc, l, r.stamp(), r.allowHTTP)
}

// keepDocument writes what was read, and leaves alone what an administrator
// decided.
func (r *Registry) keepDocument(ctx context.Context, read Client) (added bool, err error) {
	_, err = r.Lookup(ctx, read.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return r.admitDocument(ctx, read)
	}
	if err != nil {
		return false, err
	}
	err = r.Update(ctx, read.ID, func(kept *Client) error {
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
func (r *Registry) admitDocument(ctx context.Context, read Client) (added bool, err error) {
	if err := r.checkSector(ctx, read); err != nil {
		return false, misdescribed(read.ID, err)
	}
	read.Created = r.stamp()
	read.Updated, read.ConsentVersion = read.Created, int(read.Created.Unix())
	r.joining.Lock()
	defer r.joining.Unlock()
	if err := r.roomForDocument(ctx, read); err != nil {
		return false, err
	}
	err = r.insert(ctx, read)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return false, nil
	}
	return err == nil, err
}

// roomForDocument makes room for one more, if there is none, at the cost of
// the one that has been away longest. It reads no more than maxDocuments.
func (r *Registry) roomForDocument(ctx context.Context, read Client) error {
	count, here := 0, 0
	oldest, oldestHere := "", "" // that can be forgotten; they come in the order of time
	for c, err := range r.store.Since(ctx, "document.fetched", time.Unix(0, 0)) {
		if err != nil {
			return fmt.Errorf("count clients by their documents: %w", err)
		}
		count++
		same := c.Document.Host == read.Document.Host
		if same {
			here++
		}
		if c.forgettable(r.now()) {
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
	return r.Delete(ctx, oldest)
}

// forgettable: it has not been here for a while, and no administrator decided
// anything about it that would be forgotten too.
func (c Client) forgettable(now time.Time) bool {
	return c.Document != nil && now.Sub(c.Document.Fetched) >= documentIdle && !c.Disabled &&
		len(c.AllowedRoles)+len(c.Origins)+len(c.Serves) == 0 && !c.Secure() && !c.OpaqueTokens
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
)

// An opened hub can be worked on. It serves nobody; the hub that does may run
// beside it on the same database.
type opened struct {
	*hub.Hub
	backend store.Backend
}

// open makes a hub of the settings, with config adding what the command wants
// beyond them.
func (b *base) open(ctx context.Context, c *console, more func(*hub.Config)) (*opened, error) {
	o, err := b.openAny(ctx, c, more)
	if err != nil {
		return nil, err
	}
	err = o.CheckSecretKey(ctx)
	if errors.Is(err, seal.ErrOpen) {
		err = mistake("FEDHUB_SECRET_KEY is not the key that this database was set up with; give the hub the key it had before")
	} else if err != nil {
		err = b.databaseError(err)
	}
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

// openAny is open for whatever secret key.
func (b *base) openAny(ctx context.Context, c *console, more func(*hub.Config)) (*opened, error) {
	config, err := b.config(c)
	if err != nil {
		return nil, err
	}
	if config.SecretKey, err = b.secretKey(c.env); err != nil {
		return nil, err
	}
	config.Log, config.Hash = c.quiet(), c.hash
	if more != nil {
		more(&config)
	}
	if err := config.Check(); err != nil {
		return nil, mistake(err.Error())
	}
	backend, err := database.Open(ctx, b.Database)
	if err != nil {
		return nil, b.databaseError(err)
	}
	h, err := hub.New(ctx, config, backend)
	o := &opened{h, backend}
	if err != nil {
		return nil, errors.Join(b.databaseError(err), o.close())
	}
	return o, nil
}

// with opens the hub for one piece of work.
func (b *base) with(ctx context.Context, c *console, work func(*opened) error) error {
	o, err := b.open(ctx, c, nil)
	if err != nil {
		return err
	}
	err = work(o)
	o.SendRest()
	return errors.Join(err, o.close())
}

// withDamaged is with for whoever looks at a database that may be damaged: nothing
// in it need be readable, and nothing is upgraded.
func (b *base) withDamaged(ctx context.Context, c *console, work func(*opened) error) error {
	o, err := b.openAny(ctx, c, func(config *hub.Config) { config.AsItIs = true })
	if err != nil {
		return err
	}
	return errors.Join(work(o), o.close())
}

// closing is how long the database has to finish.
const closing = 5 * time.Second

func (o *opened) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	if err := o.backend.Close(ctx); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

// databaseError says what an operator can do about it.
func (b *base) databaseError(err error) error {
	if database.IsMongoDB(b.Database) {
		return fmt.Errorf("FEDHUB_DATABASE: %s cannot be used: %w; check that it runs, that this machine reaches it, and that the address is right", database.Shown(b.Database), err)
	}
	return fmt.Errorf("FEDHUB_DATABASE: %w; name a file that this user can write, like %s", err, defaultDatabase)
}

// keyError is the same for the key beside a database file.
func keyError(err error, file string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, database.ErrKeyLost):
		return mistakef("FEDHUB_SECRET_KEY is not set, and the key file %s is gone; bring it back from a backup, for what is encrypted in %s opens with nothing else", database.KeyPath(file), file)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("FEDHUB_DATABASE: the key beside the database cannot be kept: %w; name a file in a folder that this user can write, like %s", err, defaultDatabase)
	}
	return fmt.Errorf("FEDHUB_DATABASE: the key beside the database cannot be used: %w", err)
}

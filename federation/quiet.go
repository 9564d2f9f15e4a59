package federation

import "context"

// Quiet returns the key whose upstream may be asked who somebody is without a
// page (prompt=none): the one they came by last or, for a browser that nobody
// came with, the one that people are sent straight to. Only OpenID providers
// know how to answer that.
func (r *Registry) Quiet(ctx context.Context, last string, known bool) (LoginKey, bool, error) {
	keys, err := r.Enabled(ctx)
	if err != nil {
		return LoginKey{}, false, err
	}
	for _, k := range keys {
		if !k.Ready() || k.Kind != KindPeer && k.Kind != KindOpenID {
			continue
		}
		if known && k.ID == last || !known && k.Direct {
			return k, true, nil
		}
	}
	return LoginKey{}, false, nil
}

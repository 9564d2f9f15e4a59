package federation

import "context"

// Quiet returns the key of the provider that can be asked for the user without
// a page (prompt=none): the one they used last or, for an unknown browser, the
// one that the sign-in page is skipped for. Only OpenID providers support that.
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

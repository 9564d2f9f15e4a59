// Package templates has all pages of the hub. A page is a struct; Render puts
// it into HTML together with the Frame, the common parts of every page.
//
//	err := templates.Render(w, frame, templates.SignIn{Flow: seal, Password: true})
//
// The package knows no request, no store and no rule of the hub: the caller
// decides the content of a page. Templates insert and escape values; they
// decide only whether something is shown.
//
// Every page works without scripts and without the stylesheet, and fits the
// policy "default-src 'none'; style-src 'self'; script-src 'self'; img-src
// 'self' data:". Only FormPost has an inline script, which needs its nonce;
// only SigningOut has frames, which need their origins in frame-src. Pages with
// a form that leads to another site (SignIn with upstreams, Link, Consent,
// SignOut, FormPost) need the final origin in form-action.
//
// # Where forms go
//
// Every form posts the hidden input csrf. Check boxes send "1" or nothing.
//
//	/signin                           SignIn        flow to email password, or step=email instead of the password
//	/signin/with/{key}                SignIn, Link  flow to
//	/signin/link                      Link          stop password (email, for password managers only)
//	/consent                          Consent       flow decision (allow, cancel)
//	/signout                          SignOut       stop
//	/setup                            Setup         token email name password
//	/device                           Device        user_code
//	/device/confirm                   DeviceConfirm user_code decision (allow, deny)
//	/account/approvals                Approvals     request decision (allow, deny)
//	/account/apps/remove              Account       client
//	/account/apps/remove-all          Account
//	/account/sessions/end             Account       session
//	/account/sessions/end-others      Account
//	/account/sessions/end-all         Account
//	/admin/clients                    AdminClientNew  type app_name redirect_uris
//	/admin/clients                    AdminClientPreset  preset url called, and names of ClientForm
//	/admin/clients/{id}               AdminClient   the names in the comments of ClientForm
//	/admin/clients/{id}/secrets       AdminClient   life
//	/admin/clients/{id}/secrets/delete  AdminClient secret
//	/admin/clients/{id}/logouts       AdminClient
//	/admin/clients/{id}/delete        AdminClient   confirm
//	/admin/providers                  AdminKeyNew   preset key_id name base_url client_id client_secret secret_expires options.* endpoints.* invite look
//	/admin/providers/{id}             AdminKey      the names in the comments of KeyForm
//	/admin/providers/{id}/join        AdminKey      invite
//	/admin/providers/{id}/move        AdminKeys     by (up, down)
//	/admin/providers/{id}/switch      AdminKey      enabled (1, 0) end (yes, no)
//	/admin/providers/{id}/try         AdminKey, AdminKeyTried
//	/admin/hubs/approve               AdminServers  server; likewise refuse, suspend, resume
//	/admin/hubs/invite                AdminServers
//	/admin/sign-in-log                AdminTraces   ref; client key person failed
//	/admin/settings                   AdminSettings hub_name skip_authorization require_pushed email_sign_in user_name_sign_in phone_sign_in trusted_domains stay_signed_in traces trace_days audit_days deletion_days second_factor second_factor_roles second_factor_days trusted_browser_days recent_minutes admin_hours refresh_seconds registered registered_per_network unused_days
//	/admin/settings/unused            AdminSettings age
//	ConfirmDelete.Action              ConfirmDelete confirm end
//
// Pages link to GET /account, /signin, /signout, /admin/clients, /admin/clients/new
// (with ?type= or ?preset=), /admin/providers, /admin/providers/new (with ?preset=),
// /admin/providers/{id}/delete, /admin/hubs and /admin/settings.
//
// # Ids that stay
//
// Scripts of tests and of operators find controls by id. The id of a text box,
// a text area, a choice or a check box is its name (email, redirect_uris, …); a
// radio button is name-value (type-web, skip_authorization-force in lower
// case). Where the browser runs scripts, the first row of a list of addresses
// takes the id of its text area. Buttons and links have these:
//
//	SignIn         sign-in, continue, use-password, with-{key}
//	Prove          confirm, with-{key}, send-email
//	Choose         continue, switch-account
//	Link           connect, with-{key}, cancel
//	Consent        allow, cancel, switch-account; origin and scopes to read
//	Device         continue
//	DeviceConfirm  allow, deny, switch-account; code, ip and scopes to read
//	DeviceDone     to-your-account
//	Approvals      allow-{request}, deny-{request}
//	SignOut        sign-out, stay; error-code, error-description to read
//	SignedOut      back, sign-out-there-{n}, sign-in-again
//	Setup          set-up
//	ErrorPage      action, admin-action; reference, error-code, error-description to read
//	Waiting        again, review
//	Continue, FormPost, SigningOut  continue
//	Account        sign-out-everywhere
//	AdminClients   new, new-{type}
//	AdminClientNew create, new-{preset}
//	AdminClientPreset fill, create, back
//	AdminClient    save, add-secret, delete, try-logouts
//	SecretOnce     done; client-id and secret to read
//	AdminKeys      new, new-{preset}, up-{id}, down-{id}
//	AdminKeyCatalogue find, new-{preset}
//	AdminKeyNew    create, look, console
//	AdminKey       save, try, switch, ask-again, delete; fingerprints to read
//	AdminKeyTried  enable, again, settings, setting; result, steps and claims to read
//	AdminServers   create-invite; invite-code to read
//	AdminTraces    find, filter, all, more, to-settings
//	AdminTrace     fix; reference, why and steps to read
//	AdminSettings  save
//	ConfirmDelete  delete, cancel
//
// A message about a failed form has the id problems, the mistake of a field
// {name}-error, the message about the last request notice, and the links of the
// header to-admin, to-account and to-sign-out.
package templates

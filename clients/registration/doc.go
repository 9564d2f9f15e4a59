// Package registration lets clients in that nobody here entered: those that
// register themselves (RFC 7591, 7592), with software statements and initial
// access tokens, and those that only publish a document which describes them
// (draft-ietf-oauth-client-id-metadata-document). It reads what a client says
// of itself and writes what the client may read back.
package registration

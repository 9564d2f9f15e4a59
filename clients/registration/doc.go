// Package registration handles clients that no administrator added: those that
// register themselves (RFC 7591, 7592), with software statements and initial
// access tokens, and those that only publish a metadata document
// (draft-ietf-oauth-client-id-metadata-document). It reads the metadata that a
// client sends and writes the metadata that it may read back.
package registration

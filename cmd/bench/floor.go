package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/hub/tokens"
)

// serveFloor signs one access token for every request and does nothing else: it
// checks no credentials, stores nothing and reads nothing.
func serveFloor(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("the URL of the floor is missing")
	}
	url := args[0]
	signer, err := newSigner()
	if err != nil {
		return err
	}
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.GET("/readyz", func(c *gin.Context) { c.Status(http.StatusOK) })
	e.POST("/oauth2/token", func(c *gin.Context) {
		token, err := sign(signer, url)
		if err != nil {
			c.Status(http.StatusInternalServerError)
			return
		}
		c.JSON(http.StatusOK, gin.H{"access_token": token, "token_type": "Bearer", "expires_in": 900})
	})
	return serve(ctx, url, e)
}

func newSigner() (jose.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType(tokens.TypeAccess))
}

// sign creates a token with the same claims as the hub's tokens for an application.
func sign(signer jose.Signer, url string) (string, error) {
	now := time.Now().Unix()
	payload, err := json.Marshal(tokens.AccessTokenClaims{
		Issuer: url, Subject: "client", Audience: tokens.Audience{url}, ClientID: "client", Scope: "files",
		ID: rand.Text(), Issued: now, Expires: now + 900,
	})
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

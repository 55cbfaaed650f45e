package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// unreachable says why there is no answer from an address, or none to its end.
func (s *Source) unreachable(address string, err error) error {
	if s.life.Err() != nil {
		return errClosed
	}
	// The URL in it may hold more than the address does.
	if request, ok := errors.AsType[*url.Error](err); ok {
		err = request.Err
	}
	if redirect, ok := errors.AsType[redirectError](err); ok {
		return signal.Faultf("%s %w", address, redirect)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return signal.Faultf("%s did not answer in full within %v: see that the app is neither stuck nor overloaded, and that no firewall swallows the request: %w", address, s.client.Timeout, err)
	}
	return signal.Faultf("%s cannot be read: %s: %w", address, remedy(err), err)
}

// remedy is what helps against an error on the way to an app.
func remedy(err error) string {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "see that the name of the host in the url is right"
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "see that the app runs, and that the port in the url is right"
	case errors.Is(err, http.ErrSchemeMismatch):
		return "it does not speak TLS: write the url with http://"
	case distrusted(err):
		return "its certificate is not trusted: add its authority to those of this machine, or write the url with the name the certificate is for"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "see that the app runs, and that this machine may reach it"
	}
	return "see that the url leads to the app"
}

func distrusted(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.UnknownAuthorityError](err)
	return ok
}

// refusal says why an answer is of no use, in words that follow the address.
func refusal(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusOK && resp.ContentLength > maxAnswer:
		return fmt.Errorf("does not answer with figures, or with too many: %w: see that the url leads to the app itself", errTooLarge)
	case code == http.StatusOK:
		return nil
	case code == http.StatusUnauthorized:
		return errors.New("refuses the credentials (401): give the token of the app, or its user and password")
	case code == http.StatusForbidden:
		return errors.New("forbids this (403): allow this machine's address in the app, or give the token it asks for")
	case code == http.StatusNotFound:
		return fmt.Errorf("does not exist: %w", errNotServed)
	case code == http.StatusTooManyRequests:
		return errors.New("is asked too often (429): exempt this machine from the app's rate limit, or refresh less often")
	case code >= 500:
		return fmt.Errorf("fails (%d): look at the app's log, or at that of the proxy before it", code)
	default:
		return fmt.Errorf("answers with status %d: see that the url leads to an app with pkg/instrument", code)
	}
}

package bucket

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// The tamper cases of the demo stand on this: a second PUT must leave the first version readable under its id, a
// delete must only add a marker, and a held version must not go away.
func TestVersionsAndLock(t *testing.T) {
	ctx := context.Background()
	b, err := Start(ctx, t.TempDir(), "hold-bucket")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Stop(); err != nil {
			t.Error(err)
		}
	})
	const key = "org/year=2026/month=5/day=4/hour=9/conversation_id=c-1/r-1.opus"
	one, _, err := b.Put(ctx, key, []byte("first"), "audio/ogg", false)
	if err != nil {
		t.Fatal(err)
	}
	two, _, err := b.Put(ctx, key, []byte("second"), "audio/ogg", true)
	if err != nil {
		t.Fatal(err)
	}
	if one == two {
		t.Fatalf("two puts, one version id %s", one)
	}
	got, err := b.Get(ctx, key, one)
	if err != nil || string(got) != "first" {
		t.Fatalf("first version reads %q, %v", got, err)
	}
	head, err := b.Client().HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.Name, Key: aws.String(key), VersionId: &two})
	if err != nil || head.ObjectLockLegalHoldStatus != types.ObjectLockLegalHoldStatusOn {
		t.Fatalf("hold reads %v, %v", head, err)
	}
	if _, err := b.Client().DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.Name, Key: aws.String(key), VersionId: &two}); err == nil {
		t.Fatal("a held version was deleted")
	}
	marker, err := b.Delete(ctx, key)
	if err != nil || marker == "" || marker == two {
		t.Fatalf("delete marker %q, %v", marker, err)
	}
	if _, err := b.Get(ctx, key, two); err != nil {
		t.Fatalf("version behind the marker: %v", err)
	}
	_, err = b.Get(ctx, key, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("a version that never was: %v", err)
	}
	t.Logf("a version that never was answers %s", api.ErrorCode())
}

// The gateway enters its store and works from there. A caller's relative paths would end in the store and go away with
// it; so the directory must be the caller's again afterwards, and a store named by a relative path must work.
func TestWorkingDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Start(t.Context(), "store", "hold-bucket")
	if err != nil {
		t.Fatal(err)
	}
	_, _, put := b.Put(t.Context(), "org/one.opus", []byte("one"), "audio/ogg", false)
	if err := errors.Join(put, b.Stop()); err != nil {
		t.Fatal(err)
	}
	if now, err := os.Getwd(); err != nil || now != home {
		t.Errorf("after Stop in %s, %v, want %s", now, err, home)
	}
	if found, err := filepath.Glob(filepath.Join(home, "*")); err != nil || len(found) != 1 || found[0] != filepath.Join(home, "store") {
		t.Errorf("the caller's folder holds %v, %v, want the store alone", found, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(gone, "other", "hold-bucket"); err == nil {
		t.Fatal("started for a caller that is gone")
	}
	if now, err := os.Getwd(); err != nil || now != home {
		t.Errorf("after a start in vain in %s, %v, want %s", now, err, home)
	}
}

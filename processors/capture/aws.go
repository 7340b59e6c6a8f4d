package capture

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// load reads the usual chain of settings, and of credentials where none are given, and assumes the role if one is named. It makes no request:
// credentials are fetched, and found wrong, at first use.
func (a AWS) load(ctx context.Context, log *slog.Logger) (aws.Config, error) {
	opts := []func(*awsconfig.LoadOptions) error{awsconfig.WithLogger(sdkLog(log))}
	if a.Region != "" {
		opts = append(opts, awsconfig.WithRegion(a.Region))
	}
	if a.Profile != "" {
		opts = append(opts, awsconfig.WithSharedConfigProfile(a.Profile))
	}
	if a.AccessKeyID != "" {
		opts = append(opts, awsconfig.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(a.AccessKeyID, a.SecretAccessKey, a.SessionToken)))
	}
	conf, err := awsconfig.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return aws.Config{}, err
	}
	if conf.Region == "" {
		return aws.Config{}, errors.New("no region: set it here, or AWS_REGION, or in the shared files")
	}
	if a.RoleARN != "" {
		role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(conf), a.RoleARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = "holdfast-capture"
			if a.ExternalID != "" {
				o.ExternalID = aws.String(a.ExternalID)
			}
		})
		conf.Credentials = aws.NewCredentialsCache(role)
	}
	return conf, nil
}

// sdkLog brings what the SDK says of itself, by default plain lines on standard error, into our log. Requests and
// answers are not among it: the client log mode stays the SDK's default, none.
func sdkLog(log *slog.Logger) logging.Logger {
	return logging.LoggerFunc(func(c logging.Classification, format string, v ...any) {
		level := slog.LevelDebug
		if c == logging.Warn {
			level = slog.LevelWarn
		}
		log.Log(context.Background(), level, "aws sdk", slog.String("text", fmt.Sprintf(format, v...)))
	})
}

// credentialAdvice says what to do about error codes by which AWS refuses the caller himself, whatever was asked.
var credentialAdvice = map[string]string{
	"InvalidAccessKeyId":           "the access key is unknown; check the credentials",
	"InvalidClientTokenId":         "the access key is unknown; check the credentials",
	"UnrecognizedClientException":  "the access key is unknown; check the credentials",
	"SignatureDoesNotMatch":        "the secret key does not belong to the access key; check the credentials",
	"InvalidSignatureException":    "the secret key does not belong to the access key; check the credentials",
	"ExpiredToken":                 "the session has expired; renew the credentials",
	"ExpiredTokenException":        "the session has expired; renew the credentials",
	"InvalidToken":                 "the session token is not valid; renew the credentials",
	"TokenRefreshRequired":         "the session has expired; renew the credentials",
	"RequestTimeTooSkewed":         "this host's clock is wrong; set it",
	"MissingAuthenticationToken":   "the request carried no credentials; provide some",
	"AuthorizationHeaderMalformed": "the region or the credentials are not the endpoint's; check both",
	"PermanentRedirect":            "the bucket lies in another region; set that region",
}

// queueAdvice says what to do about SQS's own error codes.
var queueAdvice = map[string]string{
	"AWS.SimpleQueueService.NonExistentQueue": "the queue does not exist in this account and region; check its url and the region",
	"QueueDoesNotExist":                       "the queue does not exist in this account and region; check its url and the region",
	"AccessDenied":                            "the credentials may not use the queue; allow sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility",
	"AccessDeniedException":                   "the credentials may not use the queue; allow sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility",
	"OverLimit":                               "too many messages of the queue are in flight; stop other consumers or wait",
	"KmsAccessDenied":                         "the credentials may not use the queue's key; allow kms:Decrypt on it",
	"KMS.AccessDeniedException":               "the credentials may not use the queue's key; allow kms:Decrypt on it",
	"RequestThrottled":                        "the queue is throttled; it is tried again more slowly",
	"ThrottlingException":                     "the queue is throttled; it is tried again more slowly",
}

// explainQueue says in one sentence what stands between us and a queue, and wraps err.
func explainQueue(err error, url string) error {
	return fmt.Errorf("read queue %s: %s: %w", withoutUser(url), adviceFor(err, queueAdvice), err)
}

// adviceFor finds the advice for an error of an AWS call; more is the service's own table.
func adviceFor(err error, more map[string]string) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		code := api.ErrorCode()
		for _, table := range []map[string]string{more, credentialAdvice} {
			if text, ok := table[code]; ok {
				return text
			}
		}
		return "the service refused with " + clip(code)
	}
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return "the endpoint's name does not resolve; check the endpoint, the region and the name service"
	case errors.As(err, &op):
		return "the endpoint cannot be reached; check the endpoint, and the network between"
	case errors.Is(err, context.DeadlineExceeded):
		return "the endpoint did not answer in time; check the endpoint, and the network between"
	// The SDK's signing step wraps what its credential chain says in a type of its own that carries no code.
	case strings.Contains(err.Error(), "get identity"), strings.Contains(err.Error(), "failed to refresh cached credentials"):
		return "no credentials were found, or they could not be fetched; provide them by environment, shared file or role"
	}
	return "it will be tried again"
}

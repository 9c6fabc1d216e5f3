package kafka

import (
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/clearlane/clearlane/pipeline/task"
)

// endFault names a failed EndTransaction(commit): unless the broker has said no, the
// commit may have happened.
func endFault(err error) error {
	var code *kerr.Error
	// CONCURRENT_TRANSACTIONS: an end that was asked for is under way, perhaps this one.
	if errors.As(err, &code) && !code.Retriable && code != kerr.UnknownServerError && code != kerr.ConcurrentTransactions {
		return fmt.Errorf("commit: %w", err)
	}
	return fmt.Errorf("commit: %w: %w", task.ErrUnknownOutcome, err)
}

// writeFault adds the error that callers decide on. A transaction that the brokers no
// longer know (INVALID_TXN_STATE) was aborted by a newer owner, or by the brokers
// after TransactionTimeout; the epoch is then lost too.
func writeFault(err error) error {
	for _, fenced := range []*kerr.Error{kerr.InvalidProducerEpoch, kerr.ProducerFenced, kerr.InvalidProducerIDMapping, kerr.InvalidTxnState} {
		if errors.Is(err, fenced) {
			return fmt.Errorf("%w: %w", task.ErrFenced, err)
		}
	}
	for _, denied := range []*kerr.Error{kerr.TransactionalIDAuthorizationFailed, kerr.TopicAuthorizationFailed, kerr.ClusterAuthorizationFailed} {
		if errors.Is(err, denied) {
			return fmt.Errorf("%w: %w", ErrAuthorization, err)
		}
	}
	if errors.Is(err, kerr.SaslAuthenticationFailed) {
		return fmt.Errorf("%w: %w", ErrAuthentication, err)
	}
	return err
}

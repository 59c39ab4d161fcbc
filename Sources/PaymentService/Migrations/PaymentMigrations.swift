import PostgreSQL

/// The schema of payments, their ledger, and the mock gateway's own books.
enum PaymentMigrations {
    static let all = [payments, ledger, mockGateway]

    static let payments = Migration(
        100, "payments",
        """
        CREATE TABLE payments (
            id uuid PRIMARY KEY,
            order_id uuid NOT NULL CONSTRAINT payments_order_key UNIQUE,
            user_id uuid,
            amount_cents bigint NOT NULL,
            currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            method text CHECK (method IN ('credit_card', 'debit_card', 'wallet')),
            token text,
            status text NOT NULL
                CHECK (status IN ('pending', 'authorized', 'captured', 'failed', 'voided', 'refunded')),
            goal text NOT NULL CHECK (goal IN ('authorize', 'capture', 'cancel')),
            authorized_cents bigint NOT NULL DEFAULT 0,
            captured_cents bigint NOT NULL DEFAULT 0,
            refunded_cents bigint NOT NULL DEFAULT 0,
            is_voided boolean NOT NULL DEFAULT false,
            operation text CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
            failure_code text,
            gateway_transaction_id text,
            created_at timestamptz NOT NULL DEFAULT now(),
            authorized_at timestamptz,
            captured_at timestamptz,
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT payments_money CHECK (
                amount_cents >= authorized_cents AND authorized_cents >= captured_cents
                AND captured_cents >= refunded_cents AND refunded_cents >= 0),
            CONSTRAINT payments_voided CHECK (NOT is_voided OR captured_cents = 0),
            CONSTRAINT payments_closed CHECK (
                (amount_cents > 0 AND user_id IS NOT NULL AND method IS NOT NULL AND token IS NOT NULL)
                OR (amount_cents = 0 AND status = 'voided'))
        );
        CREATE INDEX payments_user ON payments (user_id, id);
        CREATE INDEX payments_gateway ON payments (gateway_transaction_id);
        """)

    static let ledger = Migration(
        101, "payment transactions",
        """
        CREATE TABLE payment_transactions (
            id uuid PRIMARY KEY,
            payment_id uuid NOT NULL REFERENCES payments (id),
            kind text NOT NULL CHECK (kind IN ('authorize', 'capture', 'void', 'refund')),
            amount_cents bigint NOT NULL CHECK (amount_cents > 0),
            status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
            gateway_reference text,
            failure_code text,
            reason text CHECK (length(reason) <= 500),
            attempts integer NOT NULL DEFAULT 0,
            not_before timestamptz NOT NULL DEFAULT now(),
            next_attempt_at timestamptz NOT NULL DEFAULT now(),
            created_at timestamptz NOT NULL DEFAULT now(),
            completed_at timestamptz
        );
        CREATE INDEX payment_transactions_payment ON payment_transactions (payment_id, id);
        CREATE UNIQUE INDEX payment_transactions_one_pending ON payment_transactions (payment_id)
            WHERE status = 'pending';
        CREATE INDEX payment_transactions_due ON payment_transactions (next_attempt_at) WHERE status = 'pending';
        """)

    static let mockGateway = Migration(
        102, "mock gateway",
        """
        CREATE TABLE mock_gateway_charges (
            id text PRIMARY KEY,
            token text NOT NULL,
            amount_cents bigint NOT NULL CHECK (amount_cents > 0),
            currency text NOT NULL,
            captured_cents bigint NOT NULL DEFAULT 0,
            refunded_cents bigint NOT NULL DEFAULT 0,
            is_voided boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL DEFAULT now(),
            CHECK (amount_cents >= captured_cents AND captured_cents >= refunded_cents AND refunded_cents >= 0),
            CHECK (NOT is_voided OR captured_cents = 0)
        );
        CREATE TABLE mock_gateway_requests (
            idempotency_key text PRIMARY KEY,
            kind text NOT NULL,
            is_approved boolean NOT NULL,
            answer text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        """)
}

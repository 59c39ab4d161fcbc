import PostgreSQL

/// The schema of people, their addresses, sessions and failed logins.
enum UserMigrations {
    static let all = [users, addresses, sessions, logins, bootstrap]

    static let users = Migration(
        100, "users",
        """
        CREATE TABLE users (
            id uuid PRIMARY KEY,
            email text NOT NULL CONSTRAINT users_email_key UNIQUE CHECK (length(email) <= 255),
            password_hash text,
            first_name text NOT NULL,
            last_name text NOT NULL,
            phone text,
            role text NOT NULL CHECK (role IN ('customer', 'seller', 'support', 'admin')),
            account_status text NOT NULL DEFAULT 'active'
                CHECK (account_status IN ('active', 'suspended', 'deactivated')),
            email_verified boolean NOT NULL DEFAULT false,
            locale text NOT NULL DEFAULT 'en',
            version bigint NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CHECK (account_status = 'deactivated' OR password_hash IS NOT NULL)
        );
        CREATE INDEX users_role ON users (role, id) WHERE role <> 'customer';
        """)

    static let addresses = Migration(
        101, "addresses",
        """
        CREATE TABLE addresses (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            label text NOT NULL CHECK (label IN ('home', 'work', 'other')),
            street_line_1 text NOT NULL,
            street_line_2 text,
            city text NOT NULL,
            state text NOT NULL,
            postal_code text NOT NULL,
            country_code text NOT NULL CHECK (country_code ~ '^[A-Z]{2}$'),
            is_default boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX addresses_user ON addresses (user_id, id);
        CREATE UNIQUE INDEX addresses_one_default ON addresses (user_id) WHERE is_default;
        """)

    static let sessions = Migration(
        102, "refresh tokens",
        """
        CREATE TABLE refresh_tokens (
            id uuid PRIMARY KEY,
            family_id uuid NOT NULL,
            user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            token_hash bytea NOT NULL CONSTRAINT refresh_tokens_hash_key UNIQUE,
            expires_at timestamptz NOT NULL,
            used_at timestamptz,
            revoked_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
        CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id);
        CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
        """)

    static let logins = Migration(
        103, "login locks",
        """
        CREATE TABLE login_locks (
            email_hash bytea PRIMARY KEY,
            failures integer NOT NULL,
            last_failure timestamptz NOT NULL,
            locked_until timestamptz
        );
        CREATE INDEX login_locks_age ON login_locks (last_failure);
        """)

    static let bootstrap = Migration(
        104, "admin bootstrap",
        """
        CREATE TABLE admin_bootstrap (
            email text PRIMARY KEY,
            fingerprint bytea NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        """)
}

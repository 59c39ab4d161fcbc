import PostgreSQL

/// The schema of recipients, order numbers and the log of notifications.
enum NotificationMigrations {
    static let all = [recipients, notifications]

    static let recipients = Migration(
        100, "recipients",
        """
        CREATE TABLE recipients (
            user_id uuid PRIMARY KEY,
            email text,
            first_name text NOT NULL,
            last_name text NOT NULL,
            role text NOT NULL,
            locale text NOT NULL,
            version bigint NOT NULL,
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX recipients_admins ON recipients (user_id) WHERE role = 'admin' AND email IS NOT NULL;
        CREATE TABLE order_numbers (
            order_id uuid PRIMARY KEY,
            order_number text NOT NULL
        );
        """)

    static let notifications = Migration(
        101, "notifications",
        """
        CREATE TABLE notifications (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL,
            event_id uuid,
            template_name text NOT NULL CHECK (length(template_name) <= 100),
            channel text NOT NULL DEFAULT 'email' CHECK (channel IN ('email', 'sms', 'push')),
            recipient text NOT NULL CHECK (length(recipient) <= 255),
            recipient_name text NOT NULL DEFAULT '',
            locale text NOT NULL DEFAULT 'en',
            subject text NOT NULL CHECK (length(subject) <= 255),
            payload jsonb NOT NULL DEFAULT '{}',
            status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'failed', 'bounced')),
            attempts integer NOT NULL DEFAULT 0,
            next_attempt_at timestamptz NOT NULL DEFAULT now(),
            failure_reason text,
            resend_of uuid,
            sent_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT notifications_event_key UNIQUE (event_id, template_name, user_id, channel)
        );
        CREATE INDEX notifications_user ON notifications (user_id, id);
        CREATE INDEX notifications_due ON notifications (next_attempt_at) WHERE status = 'queued';
        """)
}

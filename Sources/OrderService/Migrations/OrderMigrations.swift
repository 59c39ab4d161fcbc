import PostgreSQL

/// The order service's schema.
enum OrderMigrations {
    static let all: [Migration] = [
        Migration(
            100, "orders",
            """
            CREATE SEQUENCE order_numbers INCREMENT BY 50;

            CREATE TABLE orders (
                id uuid PRIMARY KEY,
                order_number text NOT NULL CONSTRAINT orders_order_number_key UNIQUE,
                user_id uuid NOT NULL,
                status text NOT NULL
                    CHECK (status IN ('pending', 'confirmed', 'shipped', 'delivered', 'cancelled')),
                payment_status text NOT NULL
                    CHECK (payment_status IN ('pending', 'authorized', 'captured', 'failed', 'voided', 'refunded')),
                fulfillment_status text NOT NULL CHECK (
                    fulfillment_status IN
                        ('unfulfilled', 'processing', 'shipped', 'delivered', 'cancelled', 'returned')),
                refund_status text NOT NULL CHECK (refund_status IN ('none', 'pending', 'partial', 'processed')),
                cancel_reason text,
                subtotal_cents bigint NOT NULL CHECK (subtotal_cents >= 0),
                discount_cents bigint NOT NULL DEFAULT 0 CHECK (discount_cents BETWEEN 0 AND subtotal_cents),
                tax_cents bigint NOT NULL DEFAULT 0 CHECK (tax_cents >= 0),
                shipping_cents bigint NOT NULL DEFAULT 0 CHECK (shipping_cents >= 0),
                total_cents bigint NOT NULL
                    CHECK (total_cents = subtotal_cents - discount_cents + tax_cents + shipping_cents),
                currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
                shipping_address jsonb NOT NULL,
                notes text,
                payment_method text NOT NULL,
                payment_id uuid,
                carrier text,
                tracking_number text,
                tracking_url text,
                created_at timestamptz(3) NOT NULL,
                updated_at timestamptz(3) NOT NULL
            ) WITH (fillfactor = 70);
            CREATE INDEX orders_user_id ON orders (user_id, id);

            CREATE TABLE order_items (
                id uuid PRIMARY KEY,
                order_id uuid NOT NULL REFERENCES orders (id),
                line integer NOT NULL,
                product_id uuid NOT NULL,
                product_name_snapshot text NOT NULL,
                sku_snapshot text NOT NULL,
                unit_price_cents bigint NOT NULL CHECK (unit_price_cents >= 0),
                quantity integer NOT NULL CHECK (quantity >= 1),
                line_total_cents bigint NOT NULL GENERATED ALWAYS AS (unit_price_cents * quantity) STORED
            );
            CREATE INDEX order_items_order_id ON order_items (order_id);
            """),
        Migration(
            101, "sagas and shipments",
            """
            CREATE TABLE sagas (
                order_id uuid PRIMARY KEY REFERENCES orders (id),
                step text NOT NULL,
                attempts integer NOT NULL DEFAULT 0,
                due_at timestamptz(3) NOT NULL,
                give_up_at timestamptz(3) NOT NULL,
                stock_committed boolean NOT NULL DEFAULT false,
                leased_by text,
                leased_until timestamptz(3),
                correlation_id text,
                -- Erased once the payment is authorized or the order given up.
                payment_token text,
                lines jsonb NOT NULL
            ) WITH (fillfactor = 60);
            CREATE INDEX sagas_due ON sagas (due_at) WHERE step <> 'done';

            CREATE TABLE shipments (
                id uuid PRIMARY KEY,
                order_id uuid NOT NULL CONSTRAINT shipments_order_id_key UNIQUE REFERENCES orders (id),
                status text NOT NULL
                    CHECK (status IN ('created', 'in_transit', 'delivered', 'returned', 'cancelled')),
                carrier text NOT NULL,
                tracking_number text NOT NULL,
                tracking_url text NOT NULL,
                created_at timestamptz(3) NOT NULL,
                updated_at timestamptz(3) NOT NULL
            );
            CREATE TABLE shipment_events (
                id uuid PRIMARY KEY,
                shipment_id uuid NOT NULL REFERENCES shipments (id),
                status text NOT NULL,
                message text NOT NULL,
                occurred_at timestamptz(3) NOT NULL
            );
            CREATE INDEX shipment_events_shipment_id ON shipment_events (shipment_id);
            """),
    ]
}

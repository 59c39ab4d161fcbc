import PostgreSQL

/// The product service's schema.
enum CatalogMigrations {
    static let all: [Migration] = [
        Migration(
            100, "catalogue",
            """
            CREATE TABLE categories (
                id uuid PRIMARY KEY,
                name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
                slug text NOT NULL CONSTRAINT categories_slug_key UNIQUE,
                parent_id uuid REFERENCES categories (id),
                description text,
                sort_order integer NOT NULL DEFAULT 0,
                created_at timestamptz(3) NOT NULL DEFAULT now()
            );
            CREATE INDEX categories_parent_id ON categories (parent_id);

            CREATE TABLE products (
                id uuid PRIMARY KEY,
                sku text NOT NULL CONSTRAINT products_sku_key UNIQUE CHECK (char_length(sku) BETWEEN 1 AND 50),
                name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
                slug text NOT NULL CONSTRAINT products_slug_key UNIQUE CHECK (char_length(slug) BETWEEN 1 AND 255),
                description text,
                price_cents bigint NOT NULL CHECK (price_cents >= 0),
                compare_at_price_cents bigint CHECK (compare_at_price_cents >= 0),
                currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
                category_id uuid CONSTRAINT products_category_id_fkey REFERENCES categories (id),
                brand text CHECK (char_length(brand) <= 100),
                weight_grams integer CHECK (weight_grams >= 0),
                seller_id uuid,
                status text NOT NULL CHECK (status IN ('draft', 'active', 'inactive', 'archived')),
                version bigint NOT NULL DEFAULT 1,
                created_at timestamptz(3) NOT NULL,
                updated_at timestamptz(3) NOT NULL,
                search tsvector NOT NULL GENERATED ALWAYS AS (
                    setweight(to_tsvector('english', name), 'A')
                    || setweight(to_tsvector('english', coalesce(brand, '')), 'B')
                    || setweight(to_tsvector('english', coalesce(description, '')), 'C')) STORED
            );
            CREATE INDEX products_search ON products USING gin (search);
            CREATE INDEX products_newest ON products (created_at, id) WHERE status = 'active';
            CREATE INDEX products_price ON products (price_cents, id) WHERE status = 'active';
            CREATE INDEX products_name ON products (name, id) WHERE status = 'active';
            CREATE INDEX products_category_id ON products (category_id);
            CREATE INDEX products_seller_id ON products (seller_id) WHERE seller_id IS NOT NULL;
            """),
        Migration(
            101, "inventory and reservations",
            """
            CREATE TABLE inventory (
                id uuid PRIMARY KEY,
                product_id uuid NOT NULL UNIQUE REFERENCES products (id),
                sku text NOT NULL UNIQUE REFERENCES products (sku),
                quantity_on_hand integer NOT NULL DEFAULT 0,
                quantity_reserved integer NOT NULL DEFAULT 0,
                reorder_threshold integer NOT NULL DEFAULT 10 CHECK (reorder_threshold >= 0),
                warehouse_location text CHECK (char_length(warehouse_location) <= 50),
                last_restocked_at timestamptz(3),
                version bigint NOT NULL DEFAULT 1,
                updated_at timestamptz(3) NOT NULL DEFAULT now(),
                CONSTRAINT inventory_never_oversold
                    CHECK (0 <= quantity_reserved AND quantity_reserved <= quantity_on_hand)
            ) WITH (fillfactor = 50);

            CREATE TABLE reservations (
                order_id uuid PRIMARY KEY,
                status text NOT NULL CHECK (status IN ('active', 'committed', 'released', 'expired')),
                skus text[] NOT NULL,
                quantities integer[] NOT NULL,
                expires_at timestamptz(3),
                created_at timestamptz(3) NOT NULL DEFAULT now(),
                updated_at timestamptz(3) NOT NULL DEFAULT now(),
                CHECK (cardinality(skus) = cardinality(quantities))
            ) WITH (fillfactor = 80);
            CREATE INDEX reservations_expiring ON reservations (expires_at) WHERE status = 'active';
            """),
    ]
}

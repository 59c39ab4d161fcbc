-- What a shop in one database would keep: the peer's tables.
create table products (id int primary key, sku text unique, name text, price_cents bigint, body jsonb);
insert into products select i, 'S' || i, 'Product ' || i, 1000 + i, jsonb_build_object('id', i, 'description', repeat('x', 300))
    from generate_series(1, 1000) i;
create table stock (sku text primary key, on_hand int not null, reserved int not null default 0, check (reserved between 0 and on_hand));
insert into stock select 'S' || i, 100000000, 0 from generate_series(1, 1000) i;
create table orders (id bigint primary key, number text unique, status text, total bigint, snapshot jsonb, created_at timestamptz default now());
create table items (id bigserial primary key, order_id bigint references orders, sku text, quantity int);
create table sagas (order_id bigint primary key, step text);
create table payments (id uuid primary key default gen_random_uuid(), order_id bigint unique, status text, amount bigint);
create table outbox (id uuid primary key default gen_random_uuid(), body jsonb);
create table idempotency (key text primary key, response jsonb);
analyze;

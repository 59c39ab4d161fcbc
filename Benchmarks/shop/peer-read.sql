\set id random(1, 1000)
select id, sku, name, price_cents, body from products where id = :id;

-- The statements of one order as one client would run them: five transactions, as many as the saga needs.
\set id random(1, 9000000000000000000)
begin;
insert into idempotency values (:id::text, '{}');
insert into orders values (:id, :id::text, 'pending', 1250, '{}');
insert into items (order_id, sku, quantity) values (:id, 'S1', 1);
insert into sagas values (:id, 'reserve');
insert into outbox (body) values ('{}');
commit;
update stock set reserved = reserved + 1 where sku = 'S1' and on_hand - reserved >= 1;
insert into payments (order_id, status, amount) values (:id, 'authorized', 1250);
begin;
update orders set status = 'confirmed' where id = :id;
update sagas set step = 'confirmed' where order_id = :id;
insert into outbox (body) values ('{}');
commit;
begin;
update payments set status = 'captured' where order_id = :id;
update stock set on_hand = on_hand - 1, reserved = reserved - 1 where sku = 'S1';
commit;

-- The statements of one order as one client would run them: five transactions, as many as the saga needs.
select gen_random_uuid() as id \gset
begin;
insert into idempotency values (:'id', '{}');
insert into orders values (:'id'::uuid, :'id', 'pending', 1250, '{}');
insert into items (order_id, sku, quantity) values (:'id'::uuid, 'S1', 1);
insert into sagas values (:'id'::uuid, 'reserve');
insert into outbox values (gen_random_uuid(), '{}');
commit;
update stock set reserved = reserved + 1 where sku = 'S1' and on_hand - reserved >= 1;
insert into payments values (gen_random_uuid(), :'id'::uuid, 'authorized', 1250);
begin;
update orders set status = 'confirmed' where id = :'id'::uuid;
update sagas set step = 'confirmed' where order_id = :'id'::uuid;
insert into outbox values (gen_random_uuid(), '{}');
commit;
begin;
update payments set status = 'captured' where order_id = :'id'::uuid;
update stock set on_hand = on_hand - 1, reserved = reserved - 1 where sku = 'S1';
commit;

import Redis

/// Carts in Redis: a hash per owner, a field per SKU. Each change is one atomic script.
struct CartStore: Sendable {
    let redis: any RedisCommands
    /// Seconds a cart lives after its last change.
    let lifetime: @Sendable () -> Int

    /// The lines, by SKU.
    func items(of owner: CartOwner) async throws -> [CartItem] {
        try await redis.hgetall(owner.key)
            .compactMap { CartItem(sku: $0.key, stored: $0.value) }
            .sorted { $0.sku < $1.sku }
    }

    /// Puts a line in, or changes it; `false` when the cart is full.
    func put(_ item: CartItem, into owner: CartOwner) async throws -> Bool {
        let script = """
            if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then
                return 0
            end
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
            redis.call('EXPIRE', KEYS[1], ARGV[4])
            return 1
            """
        return try await redis.eval(
            script, keys: [owner.key],
            arguments: [item.sku, item.stored, String(CartItem.maximumLines), String(max(1, lifetime()))]
        ).integer == 1
    }

    /// Whether the line was there.
    func remove(_ sku: String, from owner: CartOwner) async throws -> Bool {
        try await redis.hdel(owner.key, sku) == 1
    }

    func clear(_ owner: CartOwner) async throws { try await redis.del(owner.key) }

    /// Takes out what was ordered; what was added meanwhile stays.
    func take(_ lines: [(sku: String, quantity: Int)], from owner: CartOwner) async throws {
        let script = """
            for i = 1, #ARGV, 2 do
                local stored = redis.call('HGET', KEYS[1], ARGV[i])
                if stored then
                    local quantity, rest = string.match(stored, '^(%d+):(.*)$')
                    local left = (tonumber(quantity) or 0) - tonumber(ARGV[i + 1])
                    if left > 0 then
                        redis.call('HSET', KEYS[1], ARGV[i], string.format('%d', left) .. ':' .. rest)
                    else
                        redis.call('HDEL', KEYS[1], ARGV[i])
                    end
                end
            end
            return 1
            """
        _ = try await redis.eval(
            script, keys: [owner.key], arguments: lines.flatMap { [$0.sku, String($0.quantity)] })
    }

    /// Moves a guest's cart into a person's; where both have a SKU the larger quantity stays.
    func merge(_ guest: CartOwner, into owner: CartOwner) async throws {
        let script = """
            local lines = redis.call('HGETALL', KEYS[1])
            for i = 1, #lines, 2 do
                local mine = redis.call('HGET', KEYS[2], lines[i])
                local theirs = tonumber(string.match(lines[i + 1], '^(%d+):')) or 0
                if mine then
                    if theirs > (tonumber(string.match(mine, '^(%d+):')) or 0) then
                        redis.call('HSET', KEYS[2], lines[i], lines[i + 1])
                    end
                elseif redis.call('HLEN', KEYS[2]) < tonumber(ARGV[1]) then
                    redis.call('HSET', KEYS[2], lines[i], lines[i + 1])
                end
            end
            if #lines > 0 then
                redis.call('DEL', KEYS[1])
                redis.call('EXPIRE', KEYS[2], ARGV[2])
            end
            return #lines / 2
            """
        _ = try await redis.eval(
            script, keys: [guest.key, owner.key],
            arguments: [String(CartItem.maximumLines), String(max(1, lifetime()))])
    }
}

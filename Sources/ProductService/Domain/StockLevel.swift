import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What there is of one SKU after a change, and how much of it could be sold before.
struct StockLevel: Sendable, Equatable {
    var productID: UUID
    var sku: String
    var name: String
    /// On hand less reserved.
    var available: Int
    var availableBefore: Int
    var reorderThreshold: Int

    /// The alarms this change raises: each when its line is crossed downwards, not again below it.
    var alarms: [EventType] {
        var alarms: [EventType] = []
        if availableBefore > reorderThreshold, available <= reorderThreshold { alarms.append(.inventoryLowStock) }
        if availableBefore > 0, available <= 0 { alarms.append(.productOutOfStock) }
        return alarms
    }

    var data: StockLevelData {
        StockLevelData(
            productID: productID, sku: sku, name: name, available: available, reorderThreshold: reorderThreshold)
    }
}

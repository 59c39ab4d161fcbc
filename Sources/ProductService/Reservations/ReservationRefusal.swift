import ServiceFoundation

/// Why a reservation cannot be made or settled.
enum ReservationRefusal: Error, Sendable, Equatable {
    /// Lines (by their position in the request) that there is not enough of.
    case insufficient([FieldError])
    /// Lines whose SKU is unknown or not for sale.
    case unknownSKU([FieldError])
    /// The order's reservation was released or expired.
    case closed
    /// The order reserved other lines before.
    case otherLines
    /// The order never reserved anything.
    case unknownOrder

    var problem: Problem {
        switch self {
        case .insufficient(let errors):
            Problem(
                status: 409, code: "insufficient_stock", title: "Conflict", detail: "There is not enough stock.",
                errors: errors)
        case .unknownSKU(let errors):
            .unprocessable("unknown_sku", "A product is unknown or not for sale.", errors: errors)
        case .closed: .conflict("reservation_closed", "The order's reservation was released or has expired.")
        case .otherLines:
            .unprocessable("reservation_mismatch", "The order has a reservation of other lines.")
        case .unknownOrder: .notFound("reservation_not_found", "The order has no reservation.")
        }
    }
}

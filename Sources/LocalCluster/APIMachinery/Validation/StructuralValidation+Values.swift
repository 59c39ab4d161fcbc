import KubernetesClient

/// The bounds of texts and numbers.
extension StructuralValidation {
    func checkString(
        _ text: String, _ bounds: Schema.Bounds, _ format: String?, _ path: String, _ outcome: inout Outcome
    ) {
        if let maximum = bounds.maxLength, text.unicodeScalars.count > maximum {
            outcome.add(.tooLong(field(path), maximum: maximum))
        } else if let minimum = bounds.minLength, text.unicodeScalars.count < minimum {
            outcome.add(invalid(path, .string(text), "should be at least \(minimum) chars long"))
        } else if let pattern = bounds.pattern, !pattern.isEmpty, !Pattern.matches(text, pattern) {
            outcome.add(invalid(path, .string(text), "should match '\(pattern)'"))
        }
        if let format, !StringFormat.isValid(text, format) { outcome.add(invalidType(path, format, text)) }
    }

    func checkNumber(_ value: JSONValue, _ schema: Schema, _ path: String, _ outcome: inout Outcome) {
        let bounds = schema.bounds
        outcome.matches += 1
        let isInteger = schema.kind == .integer
        func fitsRange(_ value: JSONValue, _ name: String) -> Bool {
            guard isInteger || schema.kind == .number else { return true }
            let format = schema.checkedFormat
            let fits =
                switch (isInteger, value) {
                case (true, .integer(let number)): format != "int32" || Int32(exactly: number) != nil
                case (true, .number(let number)): format == "int32" ? number.fits(Int32.self) : number.fits(Int64.self)
                case (false, .number(let number)):
                    format != "float" || abs(number) <= Double(Float.greatestFiniteMagnitude)
                default: true
                }
            if !fits {
                let suffix = format.map { "with format \($0)" } ?? "(default format)"
                outcome.add(unplaced("\(name) value must be of type \(schema.kind.rawValue) \(suffix) in \(path)"))
            }
            return fits
        }
        _ = fitsRange(value, "Checked")
        let number = value.doubleValue ?? 0
        /// Whole numbers are compared with the whole part of a bound, unless the bound itself is out of range.
        func limit(_ bound: Double, _ name: String) -> (below: Bool, equal: Bool, shown: String) {
            let fits = fitsRange(.number(bound), name)
            if fits, case .integer(let integer) = value, let whole = Int64(exactly: bound.rounded(.towardZero)) {
                return (integer < whole, integer == whole, String(whole))
            }
            return (number < bound, number == bound, JSONValue.number(bound).text())
        }
        if let factor = bounds.multipleOf {
            checkFactor(value, factor, fitsRange(.number(factor), "MultipleOf"), path, &outcome)
        }
        if let minimum = bounds.minimum {
            let place = limit(minimum, "Minimum boundary")
            if place.below || bounds.exclusiveMinimum && place.equal {
                let words = bounds.exclusiveMinimum ? "greater than" : "greater than or equal to"
                outcome.add(invalid(path, value, "should be \(words) \(place.shown)"))
            }
        }
        if let maximum = bounds.maximum {
            let place = limit(maximum, "Maximum boundary")
            if !place.below, bounds.exclusiveMaximum || !place.equal {
                let words = bounds.exclusiveMaximum ? "less than" : "less than or equal to"
                outcome.add(invalid(path, value, "should be \(words) \(place.shown)"))
            }
        }
    }

    private func checkFactor(
        _ value: JSONValue, _ factor: Double, _ fits: Bool, _ path: String, _ outcome: inout Outcome
    ) {
        var isMultiple = true
        var shown = JSONValue.number(factor)
        if fits, case .integer(let integer) = value, let whole = Int64(exactly: factor.rounded(.towardZero)) {
            shown = .integer(whole)
            isMultiple = whole <= 0 || integer % whole == 0
        } else if let number = value.doubleValue {
            isMultiple = factor <= 0 || (factor < 1 ? 1 / factor * number : number / factor).isWhole
        }
        if (shown.doubleValue ?? 0) <= 0 {
            outcome.add(
                .invalid(
                    field(path), shown, "factor MultipleOf declared for \(path) must be positive: \(shown.text())"))
        } else if !isMultiple {
            outcome.add(invalid(path, value, "should be a multiple of \(shown.text())"))
        }
    }
}

extension Double {
    fileprivate func fits<T: FixedWidthInteger>(_: T.Type) -> Bool { T(exactly: self) != nil }

    /// Whether it is a whole number that JSON readers agree on, but for an error of rounding.
    var isWhole: Bool {
        guard abs(self) <= 9_007_199_254_740_991 else { return false }
        let nearest = rounded()
        return self == nearest || nearest != 0 && abs(self - nearest) < 1e-9 * abs(nearest)
    }
}

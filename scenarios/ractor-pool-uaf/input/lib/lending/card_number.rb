module Lending
  # Card numbers end in a check digit.
  module CardNumber
    WEIGHTS = [3, 1, 3, 1, 3].freeze

    def self.check_digit(digits)
      sum = digits.zip(WEIGHTS).sum { |digit, weight| digit * weight }
      (10 - sum % 10) % 10
    end

    def self.valid?(text)
      digits = text.chars.map { |char| char.to_i }
      check_digit(digits.first(5)) == digits.last
    end

    def self.example
      12_345.digits.joined
    end
  end
end

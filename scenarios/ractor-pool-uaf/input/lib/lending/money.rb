module Lending
  # Cents with a currency.
  class Money
    include Comparable
    attr_reader :cents, :currency

    def initialize(cents, currency = "EUR")
      @cents = cents
      @currency = currency
    end

    def +(other)
      Money.new(@cents + other.cents, @currency)
    end

    def <=>(other)
      @cents <=> other.cents
    end

    def to_s
      "#{@cents / 100}.#{(@cents % 100).to_s.rjust(2, "0")} #{@currency}"
    end

    def self.zero
      Money.new(0)
    end

    def self.bad
      Money.new
    end
  end
end

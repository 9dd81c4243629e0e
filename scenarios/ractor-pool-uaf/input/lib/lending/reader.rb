module Lending
  # Somebody with a card.
  class Reader
    attr_reader :name, :card

    LIMIT = 5

    def initialize(name, card)
      @name = name
      @card = card
      @loans = []
    end

    def may_borrow?
      @loans.size < LIMIT
    end

    def initials
      @name.split(" ").map { |word| word[0] }.join
    end

    def greeting
      text = "Dear reader"
      text.uppercase
    end
  end
end

require_relative "reader"
require_relative "loan"
require_relative "fee"

module Lending
  # Hands copies out and takes them back.
  class Desk
    def initialize(catalogue)
      @catalogue = catalogue
      @loans = {}
    end

    def lend(copy, reader, today)
      return nil unless reader.may_borrow?
      @loans[copy.mark] = Loan.new(copy, reader, today + Loan::DAYS)
    end

    def take_back(copy, today)
      loan = @loans.delete(copy.mark)
      return 0 if loan.nil?
      Fee.for(loan.late_by(today))
    end

    def self.opening_hours
      { monday: 9..17, saturday: 10..14 }.key_list
    end
  end
end

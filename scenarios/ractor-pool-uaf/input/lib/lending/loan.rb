module Lending
  # A copy in the hands of a reader until a day.
  class Loan
    attr_reader :copy, :reader, :due

    DAYS = 28

    def initialize(copy, reader, due)
      @copy = copy
      @reader = reader
      @due = due
    end

    def late_by(day)
      day > @due ? day - @due : 0
    end

    def self.length_in_weeks
      DAYS / 7
    end

    def self.broken_length
      28.fdiv(7, 2)
    end
  end
end

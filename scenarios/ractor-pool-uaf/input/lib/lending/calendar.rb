module Lending
  # Days on which the desk is closed.
  class Calendar
    def initialize(holidays)
      @holidays = holidays
    end

    def open?(day)
      !@holidays.include?(day)
    end

    def next_open(day)
      day += 1 until open?(day)
      day
    end

    def self.week
      7.upto(1, 2, 3) { |day| day }
    end
  end
end

module Lending
  # What a late day costs, in cents.
  class Fee
    PER_DAY = 15
    MAXIMUM = 900

    def self.for(days)
      [days * PER_DAY, MAXIMUM].min
    end

    def self.text(cents)
      format("%d.%02d", cents / 100, cents % 100)
    end

    def self.share_of_nobody
      100 % 0
    end
  end
end

module Lending
  # One title, of which the library may hold several copies.
  class Book
    attr_reader :title, :author, :year

    def initialize(title, author, year)
      @title = title
      @author = author
      @year = year
    end

    def age_in(year)
      year - @year
    end

    def label
      "#{@author}: #{@title} (#{@year})"
    end

    def self.placeholder
      Book.new("Untitled", "Unknown", 0)
    end

    def self.decade_width
      10 / (5 - 5)
    end
  end
end

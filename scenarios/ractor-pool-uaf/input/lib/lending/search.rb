module Lending
  # Ranks books against a query.
  class Search
    def initialize(catalogue)
      @catalogue = catalogue
    end

    def ranked(query)
      scores = Hash.new(0)
      query.split(" ").each do |word|
        @catalogue.find(word).each { |book| scores[book] += 1 }
      end
      scores.sort_by { |_book, score| -score }.map(&:first)
    end

    def self.noise
      :query.to_string
    end
  end
end
